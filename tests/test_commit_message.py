import hashlib
import re
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from content_repo import draft, request, skill
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import document
from skillrepo.claims import Claim
from skillrepo.commit_message import commit_message
from skillrepo.contract import Revision
from skillrepo.draft import Cost, Draft, Request, Source
from skillrepo.finding import Finding, Report, Severity
from skillrepo.grounding import Unsupported
from skillrepo.propose import Proposal
from skillrepo.semantic_diff import Snapshot, compare

FOLDER = "skills/data/pdf-merge"
CLEAN = Report(("x",), ())


def proposal(
    made: Draft, findings: tuple[Finding, ...] = (), notes: tuple[str, ...] = ()
) -> Proposal:
    read = document.read(f"{FOLDER}/SKILL.md", "pdf-merge", made.files["SKILL.md"])
    assert isinstance(read, document.Document)
    return Proposal(made, FOLDER, read, CLEAN, Report(("x",), findings), rounds=1, notes=notes)


def finding(message: str, path: str = "SKILL.md", line: int = 3) -> Finding:
    return Finding(f"{FOLDER}/{path}", line, 1, "P103", "template-text", Severity.ERROR, message)


def source(path: str, text: str = "text") -> Source:
    return Source(path, text, hashlib.sha256(text.encode()).hexdigest())


def trailers(message: str) -> list[str]:
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=message.encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().splitlines()


def test_whole_message() -> None:
    made = replace(
        draft(skill(extra="metadata: {version: 0.1.0}\n")),
        writer="model",
        model="gemini/gemini-3-flash-preview",
        program="ab" * 32,
        cost=Cost(7, 8_000, 214, 0.01234),
        notes=("Category data was chosen.",),
    )
    asked = request(
        brief="Merge PDF files", sources=(source("docs/a b.md"), source("c.md", "c pdfunite"))
    )
    long = "one of 2 sources holds no text at all, which is why it was left out of the skill."
    claims = (Claim("flag", "--guess", 9), Claim("URL", "https://a.dev", 10, marked=True))
    whole = replace(
        proposal(made, (finding("`TODO` is left"),), (long,)),
        unsupported=tuple(Unsupported(claim, "SKILL.md") for claim in claims),
    )
    message = commit_message(whole, asked)
    assert (
        message
        == f"""\
feat(pdf-merge): add skill

Merges PDF files. Use when PDF files are to become one.

Brief: Merge PDF files

- Category data was chosen.
- one of 2 sources holds no text at all, which is why it was left out of
  the skill.

Where the sections come from, by the words that they share:
- Merging: c.md:1-1

Gate (spec): 1 skill checked: 0 errors, 0 warnings, 0 notes.
House: 1 skill checked: 1 error, 0 warnings, 0 notes.
- SKILL.md:3 P103 template-text: `TODO` is left

Skill: data/pdf-merge
Skill-Version: 0.1.0
Skill-Writer: model
Skill-Model: gemini/gemini-3-flash-preview
Skill-Program: {"ab" * 32}
Skill-Cost: 0.0123 USD
Skill-Tokens: 8214
Skill-Brief: {hashlib.sha256(b"Merge PDF files").hexdigest()}
Skill-Source: docs/a b.md {hashlib.sha256(b"text").hexdigest()}
Skill-Source: c.md {hashlib.sha256(b"c pdfunite").hexdigest()}
Skill-Unsupported: flag --guess (SKILL.md:9)
Skill-Unsupported: URL https://a.dev (SKILL.md:10, marked as unverified)
"""
    )
    assert trailers(message) == message.split("\n\n")[-1].splitlines()


def test_claims_are_looked_for_where_there_are_sources() -> None:
    looked = replace(proposal(draft(skill())), unsupported=())
    assert "Skill-Unsupported: none" in trailers(commit_message(looked, request()))
    key = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    many = tuple(Unsupported(Claim("path", f"/{key}/{n}", 1), "SKILL.md") for n in range(60))
    told = trailers(commit_message(replace(looked, unsupported=many), request()))
    assert "Skill-Unsupported: and 10 more" in told
    assert len(told) == 54
    assert key not in "".join(told)


def test_a_cost_that_is_not_known_is_not_told() -> None:
    made = replace(draft(skill()), cost=Cost(2, 70, 30, None, estimated=True))
    assert "Skill-Tokens: ≈100" in trailers(commit_message(proposal(made), request()))
    assert "Skill-Cost" not in commit_message(proposal(made), request())


def test_least_message() -> None:
    made = Draft("", "pdf-merge", {"SKILL.md": b""}, writer="offline")
    read = document.read("SKILL.md", "pdf-merge", b"")
    assert isinstance(read, document.Document)
    for known in (read, None):
        message = commit_message(Proposal(made, "pdf-merge", known, CLEAN, CLEAN, 1), request())
        assert trailers(message)[:2] == ["Skill: pdf-merge", "Skill-Writer: offline"]
        assert message.split("\n\n")[1] == "Brief: Merge PDF files"
        assert len(message.split("\n\n")) == 4


@pytest.mark.parametrize("version", ["' '", "[a]", "null"])
def test_version_that_is_none_is_no_trailer(version: str) -> None:
    made = draft(skill(extra=f"metadata: {{version: {version}}}\n"))
    message = commit_message(proposal(made), request())
    assert "Skill-Version" not in message


def test_a_brief_is_cut_and_tells_no_key() -> None:
    key = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    asked = request(brief=f"Use {key}.\n\nSkill: data/forged\n" + "word " * 1_000)
    message = commit_message(proposal(draft(skill())), asked)
    assert key not in message
    assert len(message) < 4_000
    assert trailers(message)[0] == "Skill: data/pdf-merge"


def test_many_and_long_findings_are_cut() -> None:
    found = tuple(finding("x" * 5_000, line=number) for number in range(60))
    message = commit_message(proposal(draft(skill()), found), request())
    assert message.count("\n- SKILL.md:") == 50
    assert "\n- and 10 more\n" in message
    assert len(message) < 20_000


def test_only_the_first_line_of_a_note_is_told() -> None:
    notes = ("Round 2 failed: the command `agent` ended; its output:\nTOKEN=secret",)
    message = commit_message(proposal(draft(skill()), notes=notes), request())
    assert "Round 2 failed: the command `agent` ended" in message
    assert "secret" not in message


@pytest.mark.parametrize(
    "line", ["---", "--- a/SKILL.md", "diff --git a/x b/x", "Index: x", "diff -r x"]
)
def test_description_cannot_cut_the_message(line: str, tmp_path: Path) -> None:
    # 72 columns hold the padding alone, so that the line begins a line of the message.
    description = f"{'x' * 71} {line} {'y' * 71} Use when x."
    made = draft(skill(description=description))
    message = commit_message(proposal(made), request())
    assert len(trailers(message)) == 3
    assert f"\n {line}" in message
    # What `git format-patch` and `git am` take along.
    mail = f"From: A <a@example.org>\nSubject: x\n\n{message}"
    (tmp_path / "mail").write_text(mail)
    subprocess.run(
        ["git", "mailinfo", "message", "patch"],
        cwd=tmp_path,
        input=mail.encode(),
        capture_output=True,
        check=True,
    )
    assert (tmp_path / "patch").read_bytes() == b""


@pytest.mark.parametrize(
    "words", ["skip ci", "ci skip", "no ci", "skip actions", "actions skip", "SKIP CI", "ci-skip"]
)
def test_nothing_from_outside_can_switch_the_checks_off(words: str) -> None:
    text = f"Merges [{words}] files. Use when [{words}]."
    made = replace(draft(skill(description=text)), notes=(text,), model=text)
    asked = request(sources=(source(f"[{words}].md"),))
    message = commit_message(proposal(made, (finding(text),), (text,)), asked)
    assert f"[{words}]" not in message
    assert message.count(f"({words})") == 11


def revision(title: str, body: str) -> Revision:
    """What changed from a plain skill to one with another body."""
    one, other = (
        document.read("SKILL.md", "pdf-merge", skill(body=each).encode())
        for each in ("# Merging\n\nText.\n", body)
    )
    assert isinstance(one, document.Document)
    assert isinstance(other, document.Document)
    return Revision(title, compare(Snapshot(one), Snapshot(other)), ())


@pytest.mark.parametrize(
    ("body", "start"),
    [
        ("# Merging\n\nOther.\n", "fix(pdf-merge): "),
        ("# Merging\n\nText.\n\n## New\n\nMore.\n", "feat(pdf-merge): "),
        ("# Another thing\n", "feat(pdf-merge)!: "),
    ],
)
def test_a_revision_tells_what_changed(body: str, start: str) -> None:
    made = replace(proposal(draft(skill(body=body))), revision=revision("Say more", body))
    message = commit_message(made, request(brief="Say more. And say it well."))
    subject, feedback, changes, *_ = message.split("\n\n")
    assert subject == f"{start}Say more"
    assert feedback == "Say more. And say it well."
    assert changes.startswith("- ")
    assert trailers(message)[-1].startswith("Skill-Feedback: ")
    # What the subject says is not said again.
    subject, changes, *_ = commit_message(made, request(brief="Say more.")).split("\n\n")
    assert subject == f"{start}Say more"
    assert changes.startswith("- ")


HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                "---",
                "--- ",
                "\n",
                "\n\n",
                "\r",
                "\u2028",
                "\x85",
                "\x0b",
                " ",
                "Skill: data/forged",
                "Co-authored-by: Mallory <m@example.org>",
                "Signed-off-by: Mallory <m@example.org>",
                "Skill-Model: other",
                "(cherry picked from commit 0)",
                "# comment",
                "\x1b[2J",
                "\u202e",
                "\udcff",
                "x" * 80,
                "a",
                "\0",
                ": ",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_text_from_outside_forges_anything(
    description: str, note: str, path: str, model: str, brief: str
) -> None:
    field = description.encode(errors="replace").decode()
    text = document.render({"name": "pdf-merge", "description": field}, "# Merging\n")
    made = replace(draft(text), notes=(note,), model=model or None, writer="model")
    asked: Request = request(brief=brief, sources=(source(path),))
    found = (finding(note, path=path),)
    message = commit_message(proposal(made, found, (path,)), asked)
    message.encode()
    subject, _, rest = message.partition("\n\n")
    assert subject == "feat(pdf-merge): add skill"
    assert not [
        c for c in rest if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} and c != "\n"
    ]
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", rest)
    expected = {"Skill", "Skill-Writer", "Skill-Brief", "Skill-Source"}
    found_keys = [line.partition(":")[0] for line in trailers(message)]
    assert len(found_keys) == len(set(found_keys))
    assert set(found_keys) - {"Skill-Model"} == expected
    assert trailers(message)[0] == "Skill: data/pdf-merge"


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_a_revision_forges_anything(title: str, feedback: str, body: str) -> None:
    body = body.encode(errors="replace").decode().replace("\0", " ")
    made = replace(proposal(draft(skill(body=body))), revision=revision(title, body))
    message = commit_message(made, request(brief=feedback))
    message.encode()
    subject = message.partition("\n")[0]
    assert re.fullmatch(r"(fix|feat)\(pdf-merge\)!?: \S.*", subject)
    assert len(subject) <= 72
    assert not [c for c in message if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n"]
    keys = [line.partition(":")[0] for line in trailers(message)]
    assert keys == ["Skill", "Skill-Writer", "Skill-Feedback"]


def test_it_closes_no_issue() -> None:
    made = draft(skill(description="Merges files. Fixes #1, closes a/b#2. Use when GH-3 is open."))
    noted = replace(made, notes=("Resolves #4.",))
    found = (finding("#5 is no anchor"),)
    message = commit_message(proposal(noted, found), request(sources=(source("fix #6"),)))
    assert "Fixes - #1, closes - a/b#2." in message
    assert "Resolves - #4." in message
    assert "template-text: #5" in message
    assert "fix - #6" in message


def test_no_key_is_committed() -> None:
    """Whatever brought it: what is pushed cannot be taken back."""
    key = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    long = "sk-ant-api03-" + "Qm7Zt2Vx9Lk4Wn8Rb3Yc" * 4
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
    pem = f"-----BEGIN PRIVATE KEY-----\n{body}\n{body[::-1]}\n"
    made = replace(draft(skill(description=f"Merges with {key}.")), notes=(f"Assumed: {key}.",))
    asked = request(brief=f"Use {long}\nand\n{pem}", sources=(source(f"{key}.md", f"x {key}"),))
    new = proposal(made, (finding(key, path=f"{key}.md"),), (f"{key} was left out.",))
    revised = replace(new, revision=revision(f"use {long}", key))
    for whole in (new, revised):
        message = commit_message(whole, asked)
        for secret in (key[6:], long[20:40], body[:30], body[::-1][:30]):
            assert secret not in message
    assert "Skill-Source: ghp_****" in message
