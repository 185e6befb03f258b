from collections.abc import Mapping
from pathlib import Path

import pytest
from content_repo import context, skill
from hypothesis import given
from hypothesis import strategies as st

from skillrepo import document
from skillrepo.constraints import constraints
from skillrepo.semantic_diff import Change, Snapshot, State, compare, state_of
from skillrepo.semver import Bump

BODY = """\
# Merging

Some text stands here that is long enough to be known again.

## Steps

Run `pdfunite a.pdf b.pdf out.pdf` and look at the pages of the result.

- You MUST keep the originals.
- Never overwrite a file.

## Limits

It cannot read files that are encrypted; see [the guide](references/guide.md).
"""


def snapshot(
    text: str = skill(body=BODY),
    files: Mapping[str, State] | None = None,
    pages: Mapping[str, str] | None = None,
) -> Snapshot:
    read = document.read("skills/data/pdf-merge/SKILL.md", "pdf-merge", text.encode())
    assert isinstance(read, document.Document)
    return Snapshot(read, files or {}, pages or {})


def changes(old: str, new: str) -> list[str]:
    return [change.text for change in compare(snapshot(old), snapshot(new)).changes]


def of_body(new: str, old: str = BODY) -> list[str]:
    return changes(skill(body=old), skill(body=new))


def of_description(old: str, new: str) -> tuple[list[str], Bump | None]:
    found = compare(snapshot(skill(description=old)), snapshot(skill(description=new)))
    return [change.text for change in found.changes], found.bump


def of_field(old: str, new: str) -> tuple[list[str], Bump | None]:
    found = compare(snapshot(skill(extra=old)), snapshot(skill(extra=new)))
    return [change.text for change in found.changes], found.bump


# Sections.


def test_sections_come_and_go() -> None:
    more = BODY + "\n## Checks\n\nCount the pages.\n"
    found = compare(snapshot(), snapshot(skill(body=more)))
    assert [change.text for change in found.changes] == ["section added: Checks"]
    assert found.bump is Bump.MINOR
    back = compare(snapshot(skill(body=more)), snapshot())
    assert [change.text for change in back.changes] == ["section removed: Checks"]
    assert back.bump is Bump.MAJOR


def test_a_section_under_another_title_is_renamed() -> None:
    found = of_body(BODY.replace("## Steps", "## Procedure"))
    assert found == ["section renamed (Steps → Procedure)"]


def test_a_section_with_another_text_under_another_title_is_another() -> None:
    new = BODY.replace("## Limits", "## Checks").replace(
        "It cannot read files that are encrypted", "Count the pages, and compare the sums"
    )
    assert of_body(new) == ["section removed: Limits", "section added: Checks"]


def test_sections_in_another_order() -> None:
    head, steps, limits = BODY.split("## ")
    assert of_body(f"{head}## {limits}\n## {steps}") == ["section moved: Steps"]


def test_title_in_other_letters_is_the_same_section() -> None:
    assert of_body(BODY.replace("## Limits", "## **LIMITS**")) == ["layout changed"]


def test_another_text_and_another_level() -> None:
    assert of_body(BODY.replace("look at", "count")) == ["section changed: Steps"]
    assert of_body(BODY.replace("## Limits", "### Limits")) == ["section changed: Limits"]
    assert of_body("Hello.\n\n" + BODY) == ["section changed: (the text above the first heading)"]


def test_titles_that_repeat_are_taken_in_order() -> None:
    twice = BODY + "\n## Steps\n\nAnd again.\n"
    assert of_body(twice) == ["section added: Steps"]
    assert of_body(BODY, twice) == ["section removed: Steps"]


@pytest.mark.no_cover
def test_ten_thousand_sections() -> None:
    old = "".join(f"## Old {number}\n\ntext of this one\n\n" for number in range(5_000))
    assert len(of_body(old.replace("Old", "New"), old)) == 10_000
    old = "".join(f"## Old {number}\n\n{'words ' * 9}\n\n" for number in range(1_000))
    new = old.replace("words " * 9, "") + old.replace("Old", "New")
    assert len(of_body(new, old)) == 2_000


STEPS = "Run `pdfunite a.pdf b.pdf out.pdf` and look at the pages of the result.\n\n"


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("", "section emptied: Steps"),
        ("<!-- " + STEPS.strip() + " -->\n\n", "section emptied: Steps"),
        ("TODO\n\n", "section replaced: Steps"),
        ("See above.\n\n", "section replaced: Steps"),
        ("Ask somebody who knows how to do this well.\n\n", "section replaced: Steps"),
        (STEPS.replace("look at", "count"), "section changed: Steps"),
    ],
)
def test_a_section_of_which_nothing_is_left(new: str, found: str) -> None:
    old = f"# Merging\n\nText.\n\n## Steps\n\n{STEPS}## Limits\n\nNone.\n"
    assert of_body(old.replace(STEPS, new), old) == [found]


def test_a_section_whose_text_was_moved_is_changed() -> None:
    old = f"# Merging\n\nText.\n\n## Steps\n\n{STEPS}"
    new = old.replace(STEPS, f"### First\n\n{STEPS}")
    assert of_body(new, old) == ["section added: First", "section changed: Steps"]
    new = skill(body=old.replace(STEPS, "See the guide."))
    pages = {"references/steps.md": f"# Steps\n\n{STEPS}"}
    found = compare(snapshot(skill(body=old)), snapshot(new, pages=pages))
    assert [change.text for change in found.changes] == ["section changed: Steps"]
    # What stood there before does not make up for it.
    found = compare(snapshot(skill(body=old), pages=pages), snapshot(new, pages=pages))
    assert [change.text for change in found.changes] == ["section replaced: Steps"]


# Constraints.


def test_a_constraint_that_is_gone() -> None:
    found = compare(
        snapshot(), snapshot(skill(body=BODY.replace("- Never overwrite a file.\n", "")))
    )
    assert [(each.kind, each.subject, each.within) for each in found.changes] == [
        ("constraint-removed", "Never overwrite a file.", "Steps"),
        ("section-changed", "Steps", ""),
    ]
    assert found.bump is Bump.MAJOR


@pytest.mark.parametrize(
    "line",
    [
        "You MUST keep the\n  originals.",
        "**You MUST keep the originals**",
        "You _MUST_ keep the `originals`!",
        "⚠️ You MUST keep the originals.",
        "\n\n<important>\nYou MUST keep the originals.\n</important>\n",
        "\n\n> [!CAUTION]\n> You MUST keep the originals.\n",
    ],
)
def test_a_constraint_that_is_written_otherwise_is_kept(line: str) -> None:
    new = BODY.replace("You MUST keep the originals.", line)
    assert [each for each in of_body(new) if "constraint" in each] == []


def test_a_constraint_that_was_moved_is_kept() -> None:
    line = "- Never overwrite a file.\n"
    new = BODY.replace(line, "") + f"\nBeware. {line[2:]}"
    assert of_body(new) == ["section changed: Steps", "section changed: Limits"]


def test_a_constraint_that_was_moved_to_a_reference_is_kept() -> None:
    new = skill(body=BODY.replace("- Never overwrite a file.\n", ""))
    pages = {"references/a.md": "Here: never overwrite a file."}
    found = compare(snapshot(pages={"references/a.md": ""}), snapshot(new, pages=pages))
    # Of a sentence with something in front nobody can tell that it is the same.
    assert "constraint-removed" in {change.kind for change in found.changes}
    pages = {"references/a.md": "> Never overwrite a file"}
    found = compare(snapshot(pages={"references/a.md": ""}), snapshot(new, pages=pages))
    assert {change.kind for change in found.changes} == {"section-changed"}


def test_one_of_two_equal_constraints() -> None:
    line = "- Never overwrite a file.\n"
    twice = f"{BODY}\n{line}"
    found = compare(snapshot(skill(body=twice)), snapshot())
    assert [(c.kind, c.within) for c in found.changes if "constraint" in c.kind] == [
        ("constraint-removed", "Limits")
    ]


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("```text\nYou MUST keep the originals.\n```", "You MUST keep the originals."),
        ("<!-- You MUST keep the originals. -->", "You MUST keep the originals."),
        ("~~You MUST keep the originals.~~", "You MUST keep the originals."),
        *(
            (new, "You MUST keep the originals.")
            for new in (
                "[//]: # (Once. You MUST keep the originals. So it was.)",
                '[a]: <b>\n"Once.\nYou MUST keep the originals.\nSo."',
                "[Once. You MUST keep the originals. So]: #",
                "<del>Once. You MUST keep the originals. So.</del>",
                "<s>\n\nYou MUST keep the originals.\n\n</s>",
                "~~In ~/x once. You MUST keep the originals. So.~~",
                "~Once. You MUST keep the originals. So.~",
                "\u274c You MUST keep the originals.",
            )
        ),
        ("You need not keep the originals.", "You MUST keep the originals."),
        ("You MUST NOT keep the originals.", "You MUST keep the originals."),
        ("You MUST keep the originals. Except when told.", "You MUST keep the originals."),
        ("You MUST keep the originals. *Unless* told.", "You MUST keep the originals."),
        ("You MUST keep the originals. (**Exceptions**: old.)", "You MUST keep the originals."),
    ],
)
def test_a_constraint_that_no_longer_binds_is_gone(new: str, found: str) -> None:
    body = BODY.replace("- You MUST keep the originals.", new)
    assert f"constraint removed: {found}" in of_body(body)


def test_a_constraint_of_code_that_comes_to_bind_is_more() -> None:
    code = BODY.replace("- You MUST keep the originals.", "    You MUST keep the originals.")
    assert of_body(BODY, code) == [
        "constraint added: You MUST keep the originals.",
        "section changed: Steps",
    ]
    assert of_body(code) == [
        "constraint removed: You MUST keep the originals.",
        "section changed: Steps",
    ]


def test_an_item_of_what_one_must_not_do() -> None:
    old = BODY + "\nNEVER:\n\n- send it by mail\n- print it\n"
    assert of_body(old.replace("- print it\n", ""), old) == [
        "constraint removed: print it",
        "section changed: Limits",
    ]
    assert of_body(old.replace("NEVER:", "ALWAYS:"), old)[:3] == [
        "constraint removed: NEVER:",
        "constraint removed: send it by mail",
        "constraint removed: print it",
    ]


def test_a_constraint_without_its_capitals_is_none() -> None:
    found = of_body(BODY.replace("You MUST keep", "You must keep"))
    assert found[0] == "constraint removed: You MUST keep the originals."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The file MUST exist. Other text.", ["The file MUST exist."]),
        ("It is REQUIRED; DO NOT skip.", ["It is REQUIRED; DO NOT skip."]),
        ("1. Don't push.\n2. Push.", ["Don't push."]),
        ("Note: always test", ["Note: always test"]),
        ("| MUST | a |\n|---|---|\n| x | NEVER y |", ["MUST a", "NEVER y"]),
        ("```sh\n# NEVER run\nrm x\n```\nafter", ["NEVER run"]),
        ("## Never do this\ntext", ["Never do this"]),
        ("It never fails, and one must know. MUST_RUN=1", []),
        ("I MUST, e.g. today, go.", ["I MUST, e.g. today, go."]),
        ("You MUST keep it. Unless it rains. So", ["You MUST keep it. Unless it rains."]),
        ("a <!-- NEVER x --> b\n\n<!--\nNEVER y\n\nNEVER z", []),
        ("In `<!-- NEVER x -->` text", ["In <!-- NEVER x --> text"]),
        ("~~You MUST go.~~ Stay.", []),
        ("In ~5 s (~10 at most) you MUST go.", ["In ~5 s (~10 at most) you MUST go."]),
        ("After `<s>` you MUST go. `</s>` ends.", ["After <s> you MUST go."]),
        ("- [ ] You MUST go.\n\n[a]: b\n\nYou MUST stay.", ["You MUST go.", "You MUST stay."]),
        ("NEVER add `*.pem` or **src/***.", ["NEVER add *.pem or src/***."]),
        ("\u26d4 *NEVER* **go**.", ["\u26d4 NEVER go."]),
        ("> [!IMPORTANT]\n> You MUST go.", ["You MUST go."]),
        ("You MUST\r\ngo.\r\n\r\nx", ["You MUST go."]),
        ("必须保留。可以走。禁止删除。", ["必须保留。", "禁止删除。"]),
        ("You MUST:\n\n- go\n  - soon\n\nSo:\n- come", ["You MUST:", "go", "soon"]),
        ("- **Never do:**\n  1. go\n- come", ["Never do:", "go"]),
        ("## NEVER\n\n- go\n\n### Text\n\n- come", ["NEVER", "go"]),
        ("- NEVER go: it is far\n- come", ["NEVER go: it is far"]),
    ],
)
def test_what_is_a_constraint(text: str, found: list[str]) -> None:
    assert [each.text for each in constraints(text)] == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("NEVER add *.pem.", "NEVER add .pem.", False),
        ("NEVER touch src/*.", "NEVER touch src/.", False),
        ("NEVER touch `**/x`.", "NEVER touch /x.", False),
        ("NEVER touch *x*, **y** and ***z***.", "NEVER touch x, y and z.", True),
        ("\u274c NEVER go.", "NEVER go.", True),
        ("\u274c One MUST go.", "One MUST go.", False),
    ],
)
def test_what_marks_alone_make_another_constraint(one: str, other: str, *, same: bool) -> None:
    (first,), (second,) = constraints(one), constraints(other)
    assert (first.key == second.key) is same


# The description.


DESCRIPTION = "Merges PDF files. Use when PDF files are to become one, or pages are to be sorted."


@pytest.mark.parametrize(
    ("new", "found", "bump"),
    [
        (
            "Merges PDF files. Use when PDF files are to become one.",
            ["description narrowed", "trigger removed: pages are to be sorted"],
            Bump.MAJOR,
        ),
        (
            f"{DESCRIPTION} Use for scans.",
            ["description widened", "trigger added: scans"],
            Bump.MINOR,
        ),
        (
            f"{DESCRIPTION} Do not use for images.",
            ["description narrowed", "limit added: Do not use for images"],
            Bump.MAJOR,
        ),
        (
            "Merges PDF files. Use when PDF files are to become one, or pages are to be turned.",
            [
                "description changed",
                "trigger removed: pages are to be sorted",
                "trigger added: pages are to be turned",
            ],
            Bump.MINOR,
        ),
        (
            "Merges PDF files. Use when pages are to be sorted or PDF files are to become one!",
            ["description reworded"],
            Bump.PATCH,
        ),
        ("Joins them.", None, Bump.MAJOR),
        (
            "Merges PDF files. Fast. Use when PDF files are to become one.",
            ["description narrowed", "trigger removed: pages are to be sorted"],
            Bump.MAJOR,
        ),
        (
            "Merges files. Use when PDF files are to be sorted, or pages are to be sorted.",
            [
                "description narrowed",
                "trigger removed: PDF files are to become one",
                "trigger added: PDF files are to be sorted",
            ],
            Bump.MAJOR,
        ),
        (
            "Merges PDF files when they are to become one, and pages that are to be sorted, fast.",
            [
                "description changed",
                "trigger removed: PDF files are to become one",
                "trigger removed: pages are to be sorted",
                "trigger added: they are to become one",
                "trigger added: pages that are to be sorted",
                "trigger added: fast",
            ],
            Bump.MINOR,
        ),
        (f"{DESCRIPTION} Splits them too.", ["description widened"], Bump.MINOR),
        (f"  {DESCRIPTION.replace(' ', '  ')}", ["layout changed"], Bump.PATCH),
    ],
)
def test_description(new: str, found: list[str] | None, bump: Bump) -> None:
    said, asked = of_description(DESCRIPTION, new)
    assert asked == bump
    assert said == found if found is not None else said[0] == "description replaced"


def test_a_description_without_blanks() -> None:
    old = "合并文件。用户要合并时使用。"
    assert of_description(old, "合并文件。") == (["description narrowed"], Bump.MAJOR)
    assert of_description(old, "合并表格。") == (["description changed"], Bump.MINOR)


def test_description_comes_and_goes() -> None:
    none = "---\nname: pdf-merge\n---\n\n# Merging\n\nRun `pdfunite a.pdf b.pdf out.pdf`.\n"
    assert changes(none, skill())[0] == "description added"
    found = compare(snapshot(skill()), snapshot(none))
    assert (found.changes[0].kind, found.bump) == ("description-removed", Bump.MAJOR)


@pytest.mark.no_cover
def test_hostile_texts_take_no_time() -> None:
    long = 80_000
    for text in (
        "a" + "_" * long + "b NEVER",
        "." * long + " " * long,
        ", or " * long,
        "> " * long,
    ):
        assert list(constraints(text)) is not None
        short = text[:60_000]
        one, other = skill(description=short, body=text), skill(description=short[:-9], body="x")
        assert compare(snapshot(one), snapshot(other)).changes
    for text in (
        "NEVER" + ". - " * long,
        "~a " * long + "NEVER",
        "<s> " * long + "NEVER </",
        "[a]:" + " " * long + "< NEVER",
        '[a]: b "\n' * (long // 2) + "NEVER",
    ):
        assert list(constraints(text)) is not None
    tools = " ".join(f"Bash(x{number}:*)" for number in range(4_000))
    one, other = (skill(extra=f"allowed-tools: {each}\n") for each in (tools, tools[11:]))
    assert compare(snapshot(one), snapshot(other)).bump is Bump.MAJOR


# Fields.


@pytest.mark.parametrize(
    ("old", "new", "found", "bump"),
    [
        ("", "license: MIT\n", ["key added: license"], Bump.MINOR),
        ("license: MIT\n", "", ["key removed: license"], Bump.MINOR),
        (
            "metadata: {tags: a}\n",
            "metadata: {tags: b}\n",
            ["key changed: metadata.tags (a → b)"],
            Bump.PATCH,
        ),
        (
            "metadata: {requires: a}\n",
            "metadata: {requires: a b}\n",
            ["key changed: metadata.requires (a → a b)"],
            Bump.MINOR,
        ),
        ("metadata: {version: 1.0.0}\n", "metadata: {version: 1.0.1}\n", [], None),
        ("metadata: {a: '1'}\n", 'metadata: {a: "1"}\n', ["layout changed"], Bump.PATCH),
        # A date is written with its words, never as what we read it into.
        (
            "metadata: {a: 2026-03-06}\n",
            "metadata: {a: '2026-03-06'}\n",
            ["layout changed"],
            Bump.PATCH,
        ),
        (
            "metadata: {a: 2026-03-06}\n",
            "metadata: {a: 2026-03-07}\n",
            ["key changed: metadata.a (2026-03-06 → 2026-03-07)"],
            Bump.PATCH,
        ),
        (
            "license: [2026-03-06]\n",
            "license: [2026-03-07]\n",
            ["key changed: license (['2026-03-06'] → ['2026-03-07'])"],
            Bump.MINOR,
        ),
        (
            "allowed-tools: Read\n",
            "allowed-tools: Read Bash\n",
            ["tools widened: Bash"],
            Bump.MINOR,
        ),
        ("allowed-tools: Read\n", "", ["tools narrowed: Read"], Bump.MAJOR),
        (
            "allowed-tools: Bash(git:*)\n",
            "allowed-tools: Bash(git*)\n",
            ["tools widened: Bash(git*)"],
            Bump.MINOR,
        ),
        (
            "allowed-tools: Bash(git:*)\n",
            "allowed-tools: Bash(git:*) Bash(git log && rm x)\n",
            ["tools widened: Bash(git log && rm x)"],
            Bump.MINOR,
        ),
        (
            "allowed-tools: Read(src/*)\n",
            "allowed-tools: Read(src/*) Read(src/../../x)\n",
            ["tools widened: Read(src/../../x)"],
            Bump.MINOR,
        ),
        ("allowed-tools: Read\n", "allowed-tools: '*'\n", ["tools widened: *"], Bump.MINOR),
        (
            "allowed-tools: Bash( * )\n",
            "allowed-tools: Bash(:*) Bash(x)\n",
            ["layout changed"],
            Bump.PATCH,
        ),
        ("", "hooks: {Stop: [{command: x}]}\n", ["key added: hooks"], Bump.MINOR),
        ("author: me\n", "author: you\n", ["key changed: author (me → you)"], Bump.PATCH),
        (
            "metadata: {status: stable}\n",
            "metadata: {status: deprecated}\n",
            ["key changed: metadata.status (stable → deprecated)"],
            Bump.MINOR,
        ),
        ("version: 1.0.0\n", "version: 1.0.1\n", [], None),
        (
            "tags: [a, b]\nauthor: me\n",
            "metadata:\n  tags: a, b\n  author: you\n",
            [
                "key removed: author",
                "key moved (tags → metadata.tags)",
                "key added: metadata.author",
            ],
            Bump.MINOR,
        ),
        (
            "hooks: a\n",
            "metadata: {hooks: a}\n",
            ["key removed: hooks", "key added: metadata.hooks"],
            Bump.MINOR,
        ),
        (
            "metadata: {version: 1.1}\n",
            "metadata: {version: 1.1.0}\n",
            ["layout changed"],
            Bump.PATCH,
        ),
        ("", "metadata:\n  version: '1.1'\n", [], None),
        (
            "allowed-tools: [Read]\n",
            "allowed-tools: Read\nmetadata:\n  version: '1.1'\n",
            ["layout changed"],
            Bump.PATCH,
        ),
        ("version: 1.0.0\n", "metadata: {version: 1.0.0}\n", ["layout changed"], Bump.PATCH),
        (
            "allowed-tools: Bash(git log:*)\n",
            "allowed-tools: Bash(git:*)\n",
            ["tools widened: Bash(git:*)"],
            Bump.MINOR,
        ),
        (
            "allowed-tools: Bash\n",
            "allowed-tools: [Bash(git:*)]\n",
            ["tools narrowed: Bash"],
            Bump.MAJOR,
        ),
        (
            "allowed-tools: Bash(git:*)\n",
            "allowed-tools: Bash(gitk:*)\n",
            ["tools narrowed: Bash(git:*)", "tools widened: Bash(gitk:*)"],
            Bump.MAJOR,
        ),
    ],
)
def test_fields(old: str, new: str, found: list[str], bump: Bump | None) -> None:
    assert of_field(old, new) == (found, bump)


def test_versions_and_tokens_are_told() -> None:
    old, new = skill(extra="metadata: {version: 1.0}\n"), skill(body=BODY)
    found = compare(snapshot(old), snapshot(new))
    assert found.versions == ("1.0", "")
    assert found.tokens == (-(-len(old) // 4), -(-len(new) // 4))


def test_name() -> None:
    assert changes(skill(), skill("pdf-join")) == ["name changed (pdf-merge → pdf-join)"]


# Links and files.


def test_links() -> None:
    new = BODY.replace("references/guide.md", "https://example.org")
    found = compare(snapshot(), snapshot(skill(body=new)))
    told = [(each.kind, each.subject, each.within) for each in found.changes]
    assert ("link-removed", "references/guide.md", "Limits") in told
    assert ("link-added", "https://example.org", "") in told


def test_files(tmp_path: Path) -> None:
    folder = "skills/data/pdf-merge"
    old = context(
        tmp_path / "old",
        {
            f"{folder}/SKILL.md": skill(),
            f"{folder}/scripts/run.sh": "a",
            f"{folder}/a.md": "x",
            f"{folder}/same": "x" * 2_000_000,
            f"{folder}/tool": "#!/bin/sh\n",
            f"{folder}/gone/SKILL.md": skill("gone"),
        },
    )
    new = context(
        tmp_path / "new",
        {
            f"{folder}/SKILL.md": skill(),
            f"{folder}/a.md": "y",
            f"{folder}/b.md": "y",
            f"{folder}/same": "x" * 2_000_000,
            f"{folder}/tool": "#!/bin/sh\n",
        },
    )
    (tmp_path / "new" / folder / "tool").chmod(0o755)
    (tmp_path / "new" / folder / "link").symlink_to("a.md")
    snapshots = []
    for each in (old, new):
        (read,) = each.library.load([f"{folder}/SKILL.md"])
        assert isinstance(read, document.Document)
        snapshots.append(Snapshot.of(read, each.bundle(read), each.library.source))
    found = compare(*snapshots)
    assert [(change.text, change.bump) for change in found.changes] == [
        ("script removed: scripts/run.sh", Bump.MAJOR),
        ("file added: b.md", Bump.MINOR),
        ("file added: link", Bump.MINOR),
        ("became executable: tool", Bump.MINOR),
        ("file changed: a.md", Bump.PATCH),
    ]


# For any two versions.


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("# Title", "## Steps", "## Steps", "## Limits", "", "", "```", "text of words"),
                *("You MUST do it.", "- Never do that", "| NEVER | b |", "[a](b.md)", "> quote"),
            ]
        ),
        st.text(alphabet="abc #-*`|>\u00e9.MUST", max_size=30),
    ),
    max_size=12,
)
SKILLS = st.builds(
    lambda lines, description, extra, files: snapshot(
        skill(description=description, body="\n".join(lines), extra=extra), files
    ),
    LINES,
    st.lists(
        st.sampled_from(
            ["Merges files.", "Use when a or b.", "Use for c, d", "Not for e.", "Only f.", "\n"]
        ),
        max_size=5,
    ).map(" ".join),
    st.sampled_from(
        ["", "license: MIT\n", "metadata: {tags: a}\n", "allowed-tools: Bash(git:*) Read\n"]
    ),
    st.dictionaries(
        st.sampled_from(["a.md", "scripts/a.sh"]),
        st.builds(
            lambda data, executable: state_of("a", data, executable=executable),
            st.sampled_from([b"a", b"b"]),
            st.booleans(),
        ),
    ),
)
OPPOSITES = {
    "added": "removed",
    "removed": "added",
    "narrowed": "widened",
    "widened": "narrowed",
    "became-executable": "no-longer-executable",
    "no-longer-executable": "became-executable",
}


@given(SKILLS)
def test_nothing_changed_from_a_skill_to_itself(one: Snapshot) -> None:
    found = compare(one, one)
    assert (found.changes, found.bump) == ((), None)


@given(SKILLS, SKILLS)
def test_the_way_back_takes_what_the_way_there_gave(one: Snapshot, other: Snapshot) -> None:
    there, back = compare(one, other), compare(other, one)

    def told(kind: str) -> str:
        what, _, how = kind.rpartition("-")
        return OPPOSITES.get(kind) or (f"{what}-{OPPOSITES[how]}" if how in OPPOSITES else kind)

    # Which of several sections was moved, and of two values which came first, is a matter of view.
    # What is taken from a section or a description is looked at more closely than what is added.
    def sides(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
        matters = {"section-moved", "section-changed", "section-emptied", "section-replaced"}
        both = {f"description-{how}" for how in ("changed", "narrowed", "widened", "replaced")}
        return [(c.kind, c.subject) for c in changes if c.kind not in matters | both]

    first = sorted((told(kind), subject) for kind, subject in sides(there.changes))
    assert first == sorted(sides(back.changes))
    assert len(there.changes) == len(back.changes)
    assert bool(there.changes) == (one.document.data != other.document.data or one[1:] != other[1:])


@given(LINES, LINES, st.sampled_from(["MUST", "NEVER", "MUST NOT", "ALWAYS", "DO NOT"]))
def test_a_constraint_that_is_removed_is_always_told(
    above: list[str], below: list[str], word: str
) -> None:
    line = f"- You {word} xyzzy"
    with_it = snapshot(skill(body="\n".join([*above, line, *below])))
    without = snapshot(skill(body="\n".join([*above, *below])))
    removed = [c for c in compare(with_it, without).changes if c.kind == "constraint-removed"]
    assert [c.subject for c in removed if "xyzzy" in c.subject] != []
    assert compare(with_it, without).bump is Bump.MAJOR
