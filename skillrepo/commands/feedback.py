"""What a revision is to do: words, a file, review comments, findings → one text with its title.

All of it is somebody else's text. A review is an array of JSON as GitHub's REST interface gives it
(https://docs.github.com/rest/pulls/comments): `body` and `path`, perhaps `line` and `user.login`.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from skillrepo.commands.writing import LONGEST, given_text, read_text
from skillrepo.errors import SkillRepoError
from skillrepo.files import within
from skillrepo.finding import Finding, Report
from skillrepo.output.text import NAMES
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

_MOST_BYTES = 8_000_000
_SLUG = 40
_SHAPE = "it must be a JSON array of comments with `body` and `path`, as GitHub's API gives them"


class Feedback(NamedTuple):
    """What is to be changed; `title` says it in a line, `slug` in a word for a branch.

    That of findings has no title, for how many of them are mended is to be seen.
    """

    text: str
    title: str | None
    slug: str


class Asked(NamedTuple):
    """Where the feedback comes from; of each at most one."""

    words: str | None
    file: Path | None
    review: Path | None
    findings: bool

    def read(self, folder: str, reports: Iterable[Report]) -> Feedback:
        """Read it; `folder` is the skill's, `reports` what the rules say of it.

        Raises `SkillRepoError` where there is nothing to be done, or it is no feedback.
        """
        parts: list[Feedback] = []
        if self.words is not None:
            parts.append(_said(given_text(self.words, "feedback")))
        if self.file is not None:
            parts.append(_said(read_text(_bytes(self.file, "--feedback-file"), "feedback")))
        if self.review is not None:
            parts.append(_review(self.review, folder))
        if self.findings:
            parts.append(_findings(folder, reports))
        text = "\n\n".join(part.text for part in parts)
        if len(text) > LONGEST:
            raise SkillRepoError(
                f"the feedback has more than {LONGEST:,} characters; give a part of it at a time"
            )
        return Feedback(text, parts[0].title, parts[0].slug)


def _said(text: str) -> Feedback:
    first = next(line for line in text.splitlines() if line.strip())
    # The first sentence; a dot within a name or number ends none.
    title = re.split(r"(?<=[.!?])\s", one_line(first), maxsplit=1)[0].rstrip(". ")
    return Feedback(text, title, slug_of(title, text))


def slug_of(title: str, text: str) -> str:
    """Some words of a title in lower-case ASCII, joined by hyphens, with at most 40 characters.

    Where it has no such letters, it is made of the digest of the text.
    """
    plain = (
        unicodedata.normalize("NFKD", masked(title).casefold()).encode("ascii", "ignore").decode()
    )
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    if len(slug) > _SLUG:
        slug = slug[: _SLUG + 1].rpartition("-")[0] or slug[:_SLUG]
    return slug or sha256(text.encode(errors="replace")).hexdigest()[:12]


def _bytes(path: Path, option: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SkillRepoError(f"{option} {path} cannot be read: {error.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise SkillRepoError(f"{option} {path} has more than {_MOST_BYTES:,} bytes")
    return data


def _review(path: Path, folder: str) -> Feedback:
    found = list(_comments(path))
    own = [each for each in found if within(each["path"], folder) and each["body"].strip()]
    if not own:
        raise SkillRepoError(
            f"--from-review {path} has {len(found):,} comments, and none of them is on {folder}"
        )
    text = "\n\n".join(_comment(each, folder) for each in own)
    return Feedback(text, f"answer {_count(len(own), 'review comment')}", "review")


def _comments(path: Path) -> Iterator[dict[str, Any]]:
    """The comments of an array, or of the array of such that each page of an answer is.

    `gh api --paginate` writes one array behind the other, or with `--slurp` into another.
    """
    decoder = json.JSONDecoder()
    pages: list[Any] = []
    try:
        text = _bytes(path, "--from-review").decode("utf-8-sig").strip()
        end = 0
        while end < len(text) or not pages:
            page, end = decoder.raw_decode(text, end)
            pages.append(page)
            while text[end : end + 1].isspace():
                end += 1
    except (ValueError, RecursionError):
        raise SkillRepoError(f"--from-review {path} is no JSON; {_SHAPE}") from None
    for page in pages:
        for each in page if isinstance(page, list) else [page]:
            comments: list[Any] = each if isinstance(each, list) else [each]
            if not isinstance(page, list) or not all(map(_is_comment, comments)):
                raise SkillRepoError(f"--from-review {path}: {_SHAPE}")
            yield from comments


def _is_comment(each: Any) -> bool:
    return isinstance(each, dict) and all(
        isinstance(each.get(key), str) for key in ("body", "path")
    )


def _comment(each: dict[str, Any], folder: str) -> str:
    """A comment with its place and author in front."""
    line = next((each[k] for k in ("line", "original_line") if isinstance(each.get(k), int)), None)
    user = each.get("user")
    login = user.get("login") if isinstance(user, dict) else None
    place = one_line(each["path"].removeprefix(f"{folder}/")) + (f":{line}" if line else "")
    author = f" ({one_line(login)})" if isinstance(login, str) else ""
    return f"{place}{author}: {each['body'].strip()}"


def _findings(folder: str, reports: Iterable[Report]) -> Feedback:
    found = {each.order(): each for report in reports for each in report.findings}
    lines = [_finding(each, folder) for _, each in sorted(found.items())]
    if not lines:
        raise SkillRepoError(f"--from-findings: `skillrepo validate` finds nothing in {folder}")
    return Feedback("\n".join(lines), None, "findings")


def _finding(each: Finding, folder: str) -> str:
    place = f"{one_line(each.path.removeprefix(f'{folder}/'))}:{each.line}:{each.column}"
    return f"{place}: {NAMES[each.severity]} {each.code} {each.rule}: {one_line(each.message)}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
