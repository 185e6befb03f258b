"""A program that revises skills: `reviser.py OLD NEW …`, in each round behind the next `then`.

OLD is replaced in SKILL.md, or names a file of the skill: `+path` is written, `-path` removed.
"""

import sys
from pathlib import Path


def main(*arguments: str) -> None:
    rounds: list[list[str]] = [[]]
    for argument in arguments:
        if argument == "then":
            rounds.append([])
        else:
            rounds[-1].append(argument)
    steps = rounds[-1 if Path("FINDINGS.md").is_file() else 0]
    skill = Path("skill/SKILL.md")
    for old, new in zip(steps[::2], steps[1::2], strict=True):
        if old.startswith("+"):
            path = Path("skill") / old[1:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(new)
        elif old.startswith("-/"):
            (Path("skill") / old[2:]).unlink()
        elif old == "seen":
            Path(new).write_text("".join(f"{each}\n" for each in sorted(Path().rglob("*"))))
            for name in ("FEEDBACK.md", "FINDINGS.md", "FORMAT.md"):
                if Path(name).is_file():
                    Path(f"{new}.{name}").write_text(Path(name).read_text())
        else:
            assert old in skill.read_text(), old
            skill.write_text(skill.read_text().replace(old, new))


main(*sys.argv[1:])
