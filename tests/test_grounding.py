from dataclasses import replace
from time import process_time

from content_repo import draft, request, skill

from skillrepo.draft import Draft, Source
from skillrepo.grounding import claim_map, unsupported
from skillrepo.passages import Passages

SOURCE = """\
# qpdf 11.9.1

Get it at https://qpdf.example.org/ or https://qpdf.dev/manual?x=1. Set QPDF_HOME. Install the
package pikepdf, too. It lies here:

    etc/
      qpdf/
        main.conf

```sh
$ qpdf --empty --pages \\
    a.pdf b.pdf -- out.pdf
qpdf job run
```
"""


def listed(body: str, *texts: str, files: dict[str, bytes] | None = None) -> list[str]:
    sources = tuple(Source(f"{n}.md", text, "") for n, text in enumerate(texts or (SOURCE,)))
    made = draft(skill(body=body), files or {})
    return [str(each) for each in unsupported(made, request(sources=sources))]


def test_what_a_source_says_is_supported() -> None:
    body = (
        "# Merging\n\n```sh\nqpdf  --empty --pages a.pdf -- o.pdf\npip install 'pikepdf>=9'\n"
        "qpdf job\n```\nSee https://QPDF.dev/manual#part, v11.9, "
        "`/etc/qpdf/main.conf`, `QPDF_HOME`.\n"
    )
    assert listed(body) == []


def test_what_no_source_says_is_listed_once_with_its_place() -> None:
    body = (
        "# Merging\n\n```sh\nqpdf --emptied --page a.pdf\nqpdf frobnicate\nmutool merge\n"
        "pip install qpdfx\n```\n"
        "`--emptied` https://qpdf.dev/man v1.9.1, `/etc/qpdf/other.conf`, `QPDF_HOM`.\n"
    )
    assert listed(body) == [
        "flag --emptied (SKILL.md:9)",
        "flag --page (SKILL.md:9)",
        "command qpdf frobnicate (SKILL.md:10)",
        "command mutool merge (SKILL.md:11)",
        "command pip install qpdfx (SKILL.md:12)",
        "URL https://qpdf.dev/man (SKILL.md:14)",
        "path /etc/qpdf/other.conf (SKILL.md:14)",
        "variable QPDF_HOM (SKILL.md:14)",
        "version v1.9.1 (SKILL.md:14)",
    ]


def test_frontmatter_is_not_looked_at_and_other_files_are() -> None:
    files = {
        "references/a.md": b"Run `qpdf --beside x`.",
        "scripts/run.sh": b"#!/bin/sh\nqpdf --script x\n",
        "assets/x.bin": b"\xff--x",
    }
    body = "See `references/a.md`, `scripts/run.sh` and `./scripts/run.sh`.\n"
    made = draft(skill(extra="compatibility: qpdf --front 9.9.9\n", body=body), files)
    found = unsupported(made, request(sources=(Source("a.md", SOURCE, ""),)))
    assert [str(each) for each in found] == [
        "flag --beside (references/a.md:1)",
        "flag --script (scripts/run.sh:2)",
    ]


def test_the_brief_and_the_skill_that_is_revised_are_sources_too() -> None:
    made = draft(skill(body="`--brief` `--before` `--neither`\n"))
    before = Draft("data", "pdf-merge", {"SKILL.md": b"# X\n\n`--before`\n"}, "x")
    asked = replace(request(brief="Use --brief"), revises=before)
    assert [each.claim.text for each in unsupported(made, asked)] == ["--neither"]


def test_a_claim_that_says_so_itself_is_listed_as_marked() -> None:
    assert listed("`--guess` (unverified)\n") == ["flag --guess (SKILL.md:6, marked as unverified)"]


def test_a_draft_that_cannot_be_read() -> None:
    made = Draft("data", "x", {"SKILL.md": b"\xff"}, "x")
    assert unsupported(made, request()) == ()
    huge = Draft("data", "x", {"SKILL.md": b"`--x`\n" * 200_000}, "x")
    assert unsupported(huge, request()) == ()


def mapped(body: str, *texts: str) -> list[tuple[str, list[str]]]:
    sources = tuple(Source(f"{n}.md", text, "") for n, text in enumerate(texts))
    return claim_map(draft(skill(body=body)), request(sources=sources))


def test_each_section_has_the_places_that_say_most_of_it() -> None:
    one = "# Start\n\nNothing.\n\n## Encrypt\n\nEncrypt a file with a password of 256 bits.\n"
    other = "# Rotate\n\nRotate pages clockwise by ninety degrees.\n"
    body = (
        "# Files\n\n## Encryption\n\nA password of 256 bits encrypts a file.\n\n"
        "## Rotation\n\nRotate a page by ninety degrees.\n\n## Both\n\n"
        "Encrypt with a password of 256 bits; rotate pages clockwise by ninety degrees.\n\n"
        "## Colours\n\nPaint everything magenta.\n"
    )
    assert mapped(body, one, other) == [
        ("Encryption", ["0.md:5-7"]),
        ("Rotation", ["1.md:1-3"]),
        ("Both", ["0.md:5-7", "1.md:1-3"]),
        ("Colours", []),
    ]


def test_passages_cover_a_source_and_know_their_lines() -> None:
    text = "".join(f"# Heading {n}\n\n{f'Word{n} ' * n * 40}\n\n" for n in range(9))
    text += "x" * 20_000 + "\nlast\n```\n# no heading\n\n" + "code\n" * 2_000
    found = Passages((Source("a.md", text, ""), Source("b.py", "", ""))).all
    assert "".join(text[each.start : each.end] for each in found) == text
    for each in found:
        assert each.first == text.count("\n", 0, each.start) + 1
        assert each.last == text.count("\n", 0, each.end - 1) + 1
        assert each.end - each.start <= 6_100
    assert [each.first for each in found if text.startswith("# Heading", each.start)] == [
        *range(1, 37, 4)
    ]
    assert not [each for each in found if text.startswith("# no", each.start)]


def test_without_words_there_is_no_map() -> None:
    assert mapped("# Files\n", "text") == []
    assert mapped("# Files\n\n!\n", "", "...") == [("Files", [])]
    assert mapped("# Files\n\nText.\n") == []
    unreadable = Draft("data", "x", {"SKILL.md": b"\xff"}, "x")
    assert claim_map(unreadable, request(sources=(Source("a", "b", ""),))) == []


def test_a_flood_of_claims_and_of_lines_takes_no_time() -> None:
    """A program that stands on every line, and a draft that calls it with a word of each."""
    text = "qpdf some text, version 3.11.4 of it\n" * 10_000
    body = "\n".join(f"qpdf a{n}x" for n in range(400))
    body = f"```sh\n{body}\n```\n" + "\n".join(f"Version 4.{n}.{n}." for n in range(400))
    began = process_time()
    found = unsupported(draft(skill(body=body)), request(sources=(Source("a.md", text, ""),)))
    assert len(found) == 800
    assert process_time() - began < 4
    # Nor does a source of headings alone.
    passages = Passages([Source("a.md", "# a\n" * 100_000, "")])
    assert len(passages.all) < 6_000
    assert passages.all[-1].last == 100_000
