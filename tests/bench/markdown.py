"""Times `skillrepo.markdown.parse` against markdown-it-py on Markdown files, alternating.

Usage: python tests/bench/markdown.py SKILLS-300.tar.gz [--runs 9]

Prints the median processor time of both, and the median of the ratios: the project promises that
ours takes at most a tenth. Install the peer with `pip install -e '.[dev]'`.
"""

import argparse
import statistics
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from skillrepo import markdown
from skillrepo.document import Document, read


def pages(archive: Path) -> list[str]:
    """Give the text of each Markdown file, a SKILL.md without its frontmatter."""
    found = []
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file and member.name.endswith(".md"):
                data = file.read()
                document = read("SKILL.md", "", data)
                body = document.body if isinstance(document, Document) else ""
                found.append(body or data.decode("utf-8-sig"))
    return found


def seconds(parse: Callable[[str], object], texts: list[str]) -> float:
    """Give the processor time of all texts."""
    start = time.process_time()
    for text in texts:
        parse(text)
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("archive", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    texts = pages(arguments.archive)
    peer = MarkdownIt("commonmark").enable("table")
    times = [
        (seconds(markdown.parse, texts), seconds(peer.parse, texts)) for _ in range(arguments.runs)
    ]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(b / a for a, b in times)
    print(f"{len(texts)} files, {sum(map(len, texts)):,} characters")
    print(f"skillrepo {ours * 1000:.0f} ms, markdown-it-py {theirs * 1000:.0f} ms")
    print(f"ratio 1/{ratio:.1f}")


if __name__ == "__main__":
    main()
