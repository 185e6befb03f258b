"""A program that writes the skills of a batch: `batch_writer.py FOLDER`.

FOLDER/calls gets a line at its begin (`begin NAME PID`) and at its end (`end NAME`). While there is
a file FOLDER/hold-NAME it does not end. The name is the one that was given, else `from-` and the
first word of the brief. A brief with the word `unfit` gets a skill that no gate lets pass.
"""

import os
import re
import sys
import time
from pathlib import Path


def main(folder: Path) -> None:
    brief = Path("BRIEF.md").read_text()
    given = re.search("Here it is `([a-z0-9-]+)`", Path("FORMAT.md").read_text())
    name = given[1] if given else f"from-{brief.split()[0].lower()}"
    tell(folder, f"begin {name} {os.getpid()}")
    while (folder / f"hold-{name}").exists():
        time.sleep(0.01)
    what = "" if "unfit" in brief else f"description: Does {name}. Use when that is to be done.\n"
    Path("CATEGORY").write_text("data")
    Path("skill/SKILL.md").write_text(f"---\nname: {name}\n{what}---\n\n# Work\n\nDo {name}.\n")
    tell(folder, f"end {name}")


def tell(folder: Path, line: str) -> None:
    with (folder / "calls").open("a") as file:
        file.write(f"{line}\n")


main(Path(sys.argv[1]))
