"""A program that writes skills, as `--writer command` starts it: `agent.py MODE [ARGUMENT]`."""

import sys
from pathlib import Path

GOOD = """\
---
name: pdf-merge
description: Merges PDF files. Use when PDF files are to become one.
---

# Merging

Run `pdfunite a.pdf b.pdf out.pdf`.
"""
BAD = GOOD.replace("name: pdf-merge", "name: PDF Merge")


def main(mode: str, *rest: str) -> None:
    skill = Path("skill/SKILL.md")
    again = Path("FINDINGS.md").is_file()
    Path("CATEGORY").write_text("data")
    if mode == "clean" or (mode == "second" and again):
        skill.write_text(GOOD)
    elif mode == "named":
        skill.write_text(GOOD.replace("pdf-merge", rest[0]))
    elif mode in {"second", "never"}:
        # Another text each time, or the second round would be the last.
        skill.write_text(BAD + "\nMore.\n" * again)
    elif mode == "slow-later" and not again:
        skill.write_text(BAD)
    elif mode in {"slow", "slow-later"}:
        skill.write_text(GOOD)
        # Whoever reads the one pipe knows that this runs; nobody writes into the other.
        with Path(rest[0]).open("w") as started:
            started.write("started")
            started.flush()
            Path(rest[1]).read_text()
    elif mode == "noisy":
        sys.stdout.write("committed on skill/new/forged\n" * again)
        skill.write_text(GOOD.replace("Run", "TODO: run"))
        sys.exit(int(again))
    else:
        Path("skill").joinpath(rest[0]).write_text("x")
        skill.write_text(GOOD)


main(*sys.argv[1:])
