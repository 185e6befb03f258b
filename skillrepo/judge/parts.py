"""Divides what is too long for one request: by files and sections, and nothing is left out."""

import json
from collections.abc import Iterator, Mapping, Sequence

from skillrepo.judge.sections import FRONTMATTER, pieces
from skillrepo.tokens import tokens

_LEAST = 500
"""Tokens (≈) of a part; what is asked may take up nearly all that a request may have."""


def parts(files: Mapping[str, str], most: int) -> Sequence[Mapping[str, str]]:
    """The files in as few parts as have `most` tokens (≈); the frontmatter stands in each."""
    most = max(most, _LEAST)
    if sum(map(_size, files.values())) <= most:
        return [files]
    head, texts = _headed(files)
    room = max(most - sum(map(_size, head.values())), _LEAST)
    found: list[dict[str, list[str]]] = [{}]
    used = 0
    for path, text in texts:
        for stretch in _stretches(text, room):
            size = _size(stretch)
            if used and used + size > room:
                found.append({})
                used = 0
            found[-1].setdefault(path, []).append(stretch)
            used += size
    return [_joined(head, each) for each in found]


def _headed(files: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The frontmatter of the first file, and the sections of all."""
    head: dict[str, str] = {}
    texts: list[tuple[str, str]] = []
    for number, (path, text) in enumerate(files.items()):
        for piece in pieces(path, text):
            if number == 0 and piece.section.headings == FRONTMATTER:
                head[path] = piece.text
            else:
                texts.append((path, piece.text))
    return head, texts


def _joined(head: Mapping[str, str], part: Mapping[str, Sequence[str]]) -> dict[str, str]:
    paths = dict.fromkeys((*head, *part))
    return {
        path: "\n".join((*([head[path]] if path in head else []), *part.get(path, ())))
        for path in paths
    }


def _stretches(text: str, most: int) -> Iterator[str]:
    """A section, in more than one where it is longer; of a long line each has a share."""
    if _size(text) <= most:
        yield text
        return
    lines: list[str] = []
    used = 0
    for line in _short(text.split("\n"), most):
        size = _size(line)
        if lines and used + size > most:
            yield "\n".join(lines)
            lines, used = [], 0
        lines.append(line)
        used += size
    yield "\n".join(lines)


def _short(lines: Sequence[str], most: int) -> Iterator[str]:
    for line in lines:
        # Escaped, a character may be two.
        step = 2 * most
        yield from (line[at : at + step] for at in range(0, max(len(line), 1), step))


def _size(text: str) -> int:
    return tokens(json.dumps(text, ensure_ascii=False))
