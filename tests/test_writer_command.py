"""The command writer, with real programs: what they get, what is taken of what they leave."""

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from skillrepo.draft import Choice, Draft, Request, Source
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.finding import Finding, Severity
from skillrepo.settings import Section
from skillrepo.writer.command import CommandWriter

SKILL_MD = b"""---
name: pdf-merge
description: Merge PDF files. Use when PDFs are to be one.
---

# Merge
"""
REQUEST = Request(
    brief="Merge PDF files with qpdf",
    sources=(Source("docs/qpdf.md", "# qpdf\n\nqpdf --empty --pages a.pdf -- o.pdf\n", "0" * 64),),
    choices=(
        Choice("data", "Data", "Tables and PDF files.", (Section("When to use"), Section("Steps"))),
        Choice("writing", "Writing", "Articles.", ()),
    ),
)
START = f"""
import os, signal, socket, subprocess, sys
from pathlib import Path
skill = Path("skill")
path = skill / "SKILL.md"
good = {SKILL_MD!r}
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The file of the program; `write` gives it a body."""
    return tmp_path / "agent.py"


def writer(program: Path, body: str, *arguments: str, timeout: float = 60) -> CommandWriter:
    program.write_text(START + body, encoding="utf-8")
    return CommandWriter((sys.executable, str(program), *arguments), timeout)


def failure(write: CommandWriter, request: Request = REQUEST) -> WriterFailed:
    with pytest.raises(WriterFailed) as caught:
        write(request)
    return caught.value


def test_what_a_program_gets(program: Path, tmp_path: Path) -> None:
    write = writer(
        program,
        """
out = Path(sys.argv[1])
out.write_text("\\n".join(sorted(str(p) for p in Path().rglob("*") if p.is_file())))
for name in ("BRIEF.md", "FORMAT.md", "SOURCES.md", "TAKEN.txt", "sources/docs/qpdf.md"):
    (out.parent / name.replace("/", "-")).write_text(Path(name).read_text())
environ = "\\n".join(f"{key}={value}" for key, value in sorted(os.environ.items()))
(out.parent / "environ").write_text(environ)
(out.parent / "rest").write_text(repr((sys.argv[2:], sys.stdin.read(), os.getcwd())))
path.write_bytes(good)
Path("CATEGORY").write_text("data\\n")
""",
        str(tmp_path / "listing"),
        "--in={folder}/skill",
        "{folder}{folder}",
        "$HOME; `id` {other}",
    )
    environ = {"HOME": "/home/x", "GIT_DIR": "/evil", "GIT_CONFIG_COUNT": "1", "PWD": "/repo"}
    draft = replace(write, environ=environ)(replace(REQUEST, taken=frozenset({"b", "a"})))
    assert draft == Draft("data", "pdf-merge", {"SKILL.md": SKILL_MD}, "command")
    assert (tmp_path / "listing").read_text().split("\n") == [
        "BRIEF.md",
        "FORMAT.md",
        "SOURCES.md",
        "TAKEN.txt",
        "sources/docs/qpdf.md",
    ]
    assert (tmp_path / "BRIEF.md").read_text() == "Merge PDF files with qpdf\n"
    assert (tmp_path / "TAKEN.txt").read_text() == "a\nb\n"
    assert (tmp_path / "sources-docs-qpdf.md").read_text() == REQUEST.sources[0].text
    assert "`sources/docs/qpdf.md`: docs/qpdf.md" in (tmp_path / "SOURCES.md").read_text()
    wanted = (tmp_path / "FORMAT.md").read_text()
    assert (
        "- `data`: Data. Tables and PDF files. Sections that it must have: `## When to use`; "
        "`## Steps`.\n" in wanted
    )
    assert "- `writing`: Writing. Articles.\n" in wanted
    assert "1,024 characters" in wanted
    arguments, typed, cwd = eval((tmp_path / "rest").read_text())  # noqa: S307 - repr of ours
    assert arguments == [f"--in={cwd}/skill", f"{cwd}{cwd}", "$HOME; `id` {other}"]
    assert typed == ""
    assert not Path(cwd).exists()
    seen = (tmp_path / "environ").read_text().split("\n")
    assert "HOME=/home/x" in seen
    assert f"PWD={cwd}" in seen
    assert not [line for line in seen if line.startswith("GIT_")]


def test_two_rounds(program: Path) -> None:
    write = writer(
        program,
        """
findings = Path("FINDINGS.md")
if findings.exists():
    assert "2:1: error M101 (when): say when<U+001B>" in findings.read_text()
    assert "Mend it in place" in Path("FORMAT.md").read_text()
    detail = (skill / "references/a.md").read_bytes()
    path.write_bytes(path.read_bytes() + b"mended, with " + detail)
else:
    (skill / "references").mkdir()
    (skill / "references/a.md").write_bytes(b"detail")
    path.write_bytes(good)
""",
    )
    fixed = replace(REQUEST, name="merge", category="writing")
    first = write(fixed)
    assert (first.category, first.name) == ("writing", "merge")
    assert first.files == {"SKILL.md": SKILL_MD, "references/a.md": b"detail"}
    finding = Finding("SKILL.md", 2, 1, "M101", "when", Severity.ERROR, "say\nwhen\x1b")
    again = write(replace(REQUEST, previous=first, findings=(finding,)))
    assert again.files["SKILL.md"] == SKILL_MD + b"mended, with detail"
    # The name of the file, where the request leaves it open; the category of the round before.
    assert (again.category, again.name) == ("writing", "pdf-merge")


def test_the_format_for_a_given_name_and_category(program: Path) -> None:
    write = writer(
        program,
        """
wanted = Path("FORMAT.md").read_text()
assert "Here it is `x`." in wanted and "TAKEN" not in wanted
assert "goes into `data`" in wanted and "writing" not in wanted
assert sorted(os.listdir()) == ["BRIEF.md", "FORMAT.md", "skill"]
path.write_bytes(b"no frontmatter")
""",
    )
    request = replace(REQUEST, sources=(), name="x", category="data", taken=frozenset({"y"}))
    assert write(request).files == {"SKILL.md": b"no frontmatter"}


def test_names_of_sources_lead_nowhere_else(program: Path, tmp_path: Path) -> None:
    paths = [
        "../../etc/passwd",
        "/etc/passwd",
        "a\\..\\.bashrc",
        "..",
        "x\ny/\x1b[31m",
        "ETC/PASSWD",
        "etc",
    ]
    sources = tuple(Source(path, path, "") for path in paths)
    write = writer(
        program,
        """
found = sorted(str(p.relative_to("sources")) for p in Path("sources").rglob("*") if p.is_file())
Path(sys.argv[1]).write_text("\\n".join(found + [Path("SOURCES.md").read_text()]))
path.write_bytes(good)
""",
        str(tmp_path / "seen"),
    )
    write(replace(REQUEST, sources=sources))
    found = (tmp_path / "seen").read_text().split("\n")
    assert "etc/passwd" in found
    assert len({name.casefold() for name in found[:7]}) == 7
    assert not [name for name in found[:7] if ".." in name or name.startswith(("/", "."))]
    assert "\x1b" not in "".join(found)


def test_the_category_is_chosen_by_words_where_the_program_is_silent(program: Path) -> None:
    draft = writer(program, "path.write_bytes(good)")(REQUEST)
    assert draft.category == "data"
    assert draft.notes == (
        "The category data was chosen by the words of the description (confidence 0.99).",
    )


REFUSED = {
    "": "left no skill/SKILL.md; it printed nothing",
    "print('no login'); sys.exit(3)": "failed with exit code 3; its output ended with:\nno login",
    "os.kill(os.getpid(), signal.SIGRTMIN + 1)": "was ended by signal 35 (",
    "os.kill(os.getpid(), signal.SIGTERM)": "was ended by signal 15 (Terminated)",
    "print('a\\tb\\x1b[2J', file=sys.stderr); sys.exit(1)": "a   b<U+001B>[2J",
    "os.symlink('/etc/passwd', path)": "left `SKILL.md`, which is a symbolic link",
    "os.symlink('..', skill / 'x')": "left `x`, which is a symbolic link",
    "skill.rmdir(); os.symlink('/etc', skill)": "which is a symbolic link",
    "skill.rmdir(); skill.write_bytes(good)": "is a regular file and not a folder",
    "skill.rmdir()": "left something that cannot be read: No such file",
    "os.mkfifo(path)": "left `SKILL.md`, which is a named pipe",
    "socket.socket(socket.AF_UNIX).bind('skill/s')": "left `s`, which is a special file",
    "path.touch(); os.truncate(path, 1 << 40)": "left more than 8 MB",
    "[(skill / str(n)).mkdir() for n in range(1001)]": "left more than 1,000 files and folders",
    "path.write_bytes(good); (skill / '.git').touch()": "that git or Windows reads as `.git`",
    "path.write_bytes(good); open(b'skill/\\xff', 'w')": "has an invisible character",
    "path.write_bytes(b'x')": "no `name` that can be read; give one with --name",
    "path.write_bytes(b'\\xff')": "no `name` that can be read; give one with --name",
    "path.write_bytes(good.replace(b'pdf-', b'../'))": "its name '../merge' cannot be a folder's",
    "path.write_bytes(good); Path('CATEGORY').write_text('pets')": (
        "there is no category 'pets'; give one with --at: data, writing"
    ),
    "path.write_bytes(good); os.mkfifo('CATEGORY'); sys.exit(1)": "failed with exit code 1",
}


@pytest.mark.parametrize(("body", "message"), REFUSED.items())
def test_what_is_refused(program: Path, body: str, message: str) -> None:
    error = failure(writer(program, body))
    assert message in str(error)
    assert str(error).startswith(f"the command `{sys.executable}` ")
    assert "\x1b" not in str(error)


def test_no_category_fits(program: Path) -> None:
    write = writer(program, "path.write_bytes(good)")
    others = (Choice("zoo", "Zoo", "Animals.", ()), Choice("sea", "Sea", "Fish.", ()))
    error = failure(write, replace(REQUEST, brief="q", sources=(), choices=others))
    assert "give one with --at: zoo, sea" in str(error)


def test_what_was_paid_for_is_kept(program: Path) -> None:
    error = failure(writer(program, "path.write_bytes(good); sys.exit(1)"))
    assert error.kept == {"SKILL.md": SKILL_MD}


def test_the_end_of_much_output_is_shown(program: Path) -> None:
    body = "sys.stdout.write('x' * 10_000_000 + '\\nlast words\\n'); sys.exit(1)"
    text = str(failure(writer(program, body)))
    assert text.endswith("last words")
    assert len(text) < 5_000


HANG = """
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
line.set_inheritable(True)
subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], close_fds=False)
print("waiting", flush=True)
path.write_bytes(good)
line.sendall(b"ready")
"""


def everyone_ended(server: socket.socket) -> bool:
    """Whether the program's connection, which its child holds too, is closed."""
    server.settimeout(20)
    line, _ = server.accept()
    with line:
        line.settimeout(20)
        data = b""
        while more := line.recv(100):
            data += more
        return data == b"ready"


def test_the_time_limit_ends_children_too(program: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        error = failure(writer(program, HANG + "signal.pause()", port, timeout=3))
        assert "did not end within 3 seconds; its output ended with:\nwaiting" in str(error)
        assert error.kept == {"SKILL.md": SKILL_MD}
        assert everyone_ended(server)


def test_children_end_with_the_program(program: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        write = writer(program, HANG, str(server.getsockname()[1]))
        assert write(REQUEST).name == "pdf-merge"
        assert everyone_ended(server)


def test_an_interruption_ends_everything(program: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        interrupt = "os.kill(os.getppid(), signal.SIGINT); signal.pause()"
        with pytest.raises(KeyboardInterrupt):
            writer(program, HANG + interrupt, port)(REQUEST)
        assert everyone_ended(server)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("nosuch-agent", "the command `nosuch-agent` cannot be started: No such file or directory"),
        ("/etc", "the command `/etc` cannot be started: Permission denied"),
        ("~/nosuch", "the command `/h/nosuch` cannot be started"),
        ("bin/agent", "the command `bin/agent` is a relative path; give the whole path"),
        ("./agent", "the command `./agent` is a relative path; give the whole path"),
    ],
)
def test_a_command_that_is_not_there(
    command: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A program of this name in the folder that one stands in is not the user's.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/h")
    (tmp_path / "bin").mkdir()
    for name in ("agent", "bin/agent", "nosuch-agent"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
    with pytest.raises(SkillRepoError) as caught:
        CommandWriter((command,), 5)(REQUEST)
    assert message in str(caught.value)


def test_a_draft_that_leads_out_of_its_folder_is_not_written(program: Path) -> None:
    previous = Draft("data", "x", {"SKILL.md": b"", "../../evil": b"x"}, "command")
    with pytest.raises(SkillRepoError, match="cannot be written down: the path"):
        writer(program, "")(replace(REQUEST, previous=previous))


def test_nothing_of_the_environment_is_shown() -> None:
    write = CommandWriter(("x",), 5, {"TOKEN": "secret"})
    assert "secret" not in repr(write)
    assert os.environ == CommandWriter(("x",), 5).environ
