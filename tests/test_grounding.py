from dataclasses import replace

from content_repo import draft, request, skill

from skillrepo.draft import Draft, Source
from skillrepo.grounding import unsupported

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
