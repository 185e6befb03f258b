"""300 published skills: nothing crashes, and `spec` accepts what the specification accepts.

`SKILLREPO_CORPUS` is the path of `skills-300.tar.gz`; the labels lie beside it. The column
`spec_codes` says what the specification finds in a skill; it is empty where it finds nothing.
"""

import csv
import os
import tarfile
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from markdown_oracle import parts, reference
from padding import ATTACK

from skillrepo import measures
from skillrepo.check import Plan, check, judge
from skillrepo.check import report as combine
from skillrepo.context import Context
from skillrepo.document import Document, read
from skillrepo.files import Folder, Patched
from skillrepo.finding import Finding, Report
from skillrepo.fix import Repair, repair
from skillrepo.grade.profile import shipped
from skillrepo.grade.score import raw
from skillrepo.measure import Subject
from skillrepo.rule import Profile
from skillrepo.rules import ALL
from skillrepo.selection import applied

# Nothing is covered here that no other test covers, and it takes twice as long to measure.
pytestmark = pytest.mark.no_cover

EXCEPTIONS: Mapping[str, str] = {}
"""Address of a skill (`owner/repository:folder`) → the sentence of the specification by which we
judge it otherwise than its label does."""


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = archive_path()
    folder = tmp_path_factory.mktemp("corpus")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "skills-300"


def archive_path() -> Path:
    named = os.environ.get("SKILLREPO_CORPUS")
    if not named:
        pytest.skip("SKILLREPO_CORPUS does not name the corpus of published skills")
    return Path(named)


def labels() -> dict[str, dict[str, str]]:
    """Give the row of each skill by the path of its SKILL.md."""
    archive = archive_path()
    table = archive.with_name(archive.name.replace(".tar.gz", ".labels.tsv"))
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {f"{row['repo'].replace('/', '__')}/{row['skill_dir']}/SKILL.md": row for row in rows}


@cache
def report(corpus: Path, profile: Profile) -> Report:
    context = Context.of(Folder(corpus))
    library = context.library
    return check(library.load(library.skill_files), ALL, context, profile)


@pytest.mark.parametrize("profile", ["house", "spec"])
def test_each_skill_is_checked(corpus: Path, profile: Profile) -> None:
    found = report(corpus, profile)
    assert found.checked == 300
    folders = {path.removesuffix("SKILL.md") for path in labels()}
    for finding in found.findings:
        assert any(finding.path.startswith(folder) for folder in folders)
        lines = (corpus / finding.path).read_text(encoding="utf-8-sig").split("\n")
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
        assert finding.message.isprintable()


def test_spec_accepts_what_the_specification_accepts(corpus: Path) -> None:
    rows = labels()
    assert len(rows) == 300
    refused: dict[str, list[str]] = {path: [] for path in rows}
    for finding in report(corpus, "spec").findings:
        refused[finding.path].append(f"{finding.code} {finding.message}")
    wrong = {
        address: (row["spec_codes"], refused[path])
        for path, row in rows.items()
        if bool(row["spec_codes"]) != bool(refused[path])
        and (address := f"{row['repo']}:{row['skill_dir']}") not in EXCEPTIONS
    }
    assert wrong == {}


def texts(corpus: Path) -> dict[str, str]:
    """Give the text of each Markdown file, a SKILL.md without its frontmatter."""
    found = {}
    for file in sorted(corpus.rglob("*.md")):
        data = file.read_bytes()
        document = read(file.name, file.parent.name, data)
        assert isinstance(document, Document)
        found[str(file.relative_to(corpus))] = document.body or data.decode("utf-8-sig")
    return found


def test_markdown_agrees_with_markdown_it(corpus: Path) -> None:
    pages = texts(corpus)
    assert len(pages) > 800
    wrong = [path for path, text in pages.items() if parts(text) != reference(text)]
    assert wrong == []


def test_exceptions_are_still_needed() -> None:
    known = {f"{row['repo']}:{row['skill_dir']}" for row in labels().values()}
    assert known >= EXCEPTIONS.keys()


def fixed(corpus: Path, skill: str) -> tuple[Context, Repair]:
    context = Context.of(Folder(corpus / skill))
    plan = Plan.of(applied(ALL, "house", {}), ALL, context).alone()
    source = context.library.source

    def look(contents: Mapping[str, bytes]) -> tuple[Finding, ...]:
        inside = context.with_source(Patched(source, contents))
        verdicts = (judge(each, plan, inside) for each in inside.library.load(["SKILL.md"]))
        return combine(verdicts, plan, inside).findings

    done = repair(lambda path: (corpus / skill / path).read_bytes(), look)
    after = look({path: new for path, (_, new) in done.files.items()})
    before = look({})
    # Nothing that was not there before, and nothing left that a second run would mend.
    assert not Counter(each.code for each in after) - Counter(each.code for each in before)
    assert len(after) <= len(before) - len(done.fixed)
    return context, done


def test_a_block_of_headings_gains_no_skill_anything(corpus: Path) -> None:
    context = Context.of(Folder(corpus))
    rose = []
    for skill in context.library.load(context.library.skill_files):
        assert isinstance(skill, Document)
        bundle = context.bundle(skill)
        before = measures.readings(Subject(skill, bundle))
        longer = read(skill.path, skill.folder, skill.data + f"\n{ATTACK}".encode())
        assert isinstance(longer, Document)
        bundle.forget()
        after = measures.readings(Subject(longer, bundle))
        gained = raw(after, shipped()) - raw(before, shipped())
        for measure in measures.ALL:
            old, new = before[measure.name].value, after[measure.name].value
            assert measure.deducts or (old is None) == (new is None)
            rose += [(skill.path, measure.name)] * ((new or 0) > (old if old is not None else 1))
        rose += [(skill.path, "grade")] * (gained > 1e-12)
    assert rose == []


def test_fixes_leave_no_skill_worse(corpus: Path) -> None:
    count = 0
    # Each third skill: all of them take a minute.
    for skill in sorted(path.removesuffix("/SKILL.md") for path in labels())[::3]:
        _, done = fixed(corpus, skill)
        count += bool(done.files)
        for path, (old, new) in done.files.items():
            document = read(path, Path(skill).name, new)
            assert isinstance(document, Document)
            assert document.problem is None
            (corpus / skill / path).write_bytes(new)
            assert fixed(corpus, skill)[1].files == {}
            (corpus / skill / path).write_bytes(old)
    assert count > 20
