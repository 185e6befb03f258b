"""Blocks of a page → its numbered procedures, which are quoted whole or not at all."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from skillrepo.markdown import Block

_NUMBERED = re.compile(r"( {0,5})(\d{1,9})[.)](?:\s|$)")
# CommonMark nests an item that is indented as far as the text of the item above: `1. ` is three.
_NESTED = 3
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Procedure:
    """An ordered list of two `steps` or more, with all that stands between them, as one block."""

    block: Block
    steps: int


def procedures(
    blocks: Sequence[Block], lines: Sequence[str], code_lines: Collection[int]
) -> Iterator[Procedure]:
    """The procedures, in order; what is not indented between two steps does not end one."""
    at = 0
    while at < len(blocks):
        numbers = _numbers(blocks[at], lines, code_lines)
        last = at
        for look in range(at + 1, len(blocks) if numbers else 0):
            if blocks[look].kind in ("heading", "rule"):
                break
            more = _numbers(blocks[look], lines, code_lines)
            # Some authors number each step with 1 and leave it to Markdown to count.
            if more and more[0] - numbers[-1] not in (0, 1):
                break
            if more:
                numbers += more
                last = look
        if len(numbers) >= _FEWEST:
            last = _with_code(blocks, lines, at, last)
            yield Procedure(Block("list", blocks[at].start, blocks[last].end), len(numbers))
        at = last + 1


def _numbers(block: Block, lines: Sequence[str], code_lines: Collection[int]) -> list[int]:
    """The numbers of a list's own items, none where it is no ordered list."""
    first = _NUMBERED.match(lines[block.start - 1]) if block.kind == "list" else None
    if first is None:
        return []
    nested = len(first[1]) + _NESTED
    inner = range(block.start, block.end + 1)
    items = (_NUMBERED.match(lines[n - 1]) for n in inner if n not in code_lines)
    return [int(item[2]) for item in items if item and len(item[1]) < nested]


def _with_code(blocks: Sequence[Block], lines: Sequence[str], first: int, last: int) -> int:
    """The number of the block that a procedure ends with: code that belongs to its last step."""
    inner = any(block.kind == "code" for block in blocks[first:last])
    if not inner and not lines[blocks[last].end - 1].rstrip("*_ ").endswith(":"):
        return last
    after = range(last + 1, len(blocks))
    return next((n for n in after if blocks[n].kind != "code"), len(blocks)) - 1
