from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from content_repo import FILES, context, draft, request, skill

from skillrepo.context import Context
from skillrepo.draft import Cost, Draft, Request, Source
from skillrepo.errors import NoRecordingError, SkillRepoError, WriterFailed
from skillrepo.finding import Severity
from skillrepo.propose import Proposal, propose
from skillrepo.settings import Policy

GOOD = skill()
# One error of the house rules, none of the specification.
TODO = skill(body="# Merging\n\nTODO: write this\n")
TWO_TODOS = skill(body="# Merging\n\nTODO: write this\n\nTODO: and that\n\nTODO: and more\n")
# One error of the specification, which is one of the house as well.
BAD_NAME = skill(name="PDF")


class Writer:
    """Gives what it was made with, one item a round, and remembers what it was asked."""

    def __init__(self, *answers: Draft | Exception) -> None:
        self._answers: Iterator[Draft | Exception] = iter(answers)
        self.asked: list[Request] = []

    def __call__(self, asked: Request) -> Draft:
        self.asked.append(asked)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def place(tmp_path: Path) -> Context:
    return context(tmp_path)


def _kept(writer: Writer, asked: Request, place: Context) -> tuple[str, Mapping[str, bytes]]:
    with pytest.raises(WriterFailed) as caught:
        propose(asked, writer, place, max_rounds=3)
    return str(caught.value), caught.value.kept


def _text(proposal: Proposal) -> str:
    return proposal.draft.files["SKILL.md"].decode()


def test_clean_at_once(place: Context) -> None:
    writer = Writer(draft(GOOD))
    proposal = propose(request(), writer, place, max_rounds=3)
    assert proposal.passes
    assert (proposal.rounds, proposal.address) == (1, "data/pdf-merge")
    assert proposal.folder == "skills/data/pdf-merge"
    assert proposal.gate.findings == proposal.house.findings == ()
    assert proposal.gate.checked == 1
    assert proposal.document
    assert proposal.document.path == "skills/data/pdf-merge/SKILL.md"
    assert len(writer.asked) == 1


def test_second_round_gets_the_draft_with_its_findings(place: Context) -> None:
    first = draft(BAD_NAME)
    writer = Writer(first, draft(GOOD))
    proposal = propose(request(), writer, place, max_rounds=3)
    assert proposal.passes
    assert proposal.rounds == 2
    assert _text(proposal) == GOOD
    again = writer.asked[1]
    assert again.previous == first
    assert replace(again, previous=None, findings=()) == request()
    codes = [finding.code for finding in again.findings]
    assert "M101" in codes
    assert len(codes) == len({(each.code, each.line, each.message) for each in again.findings})


def test_finding_of_both_profiles_is_told_once_and_weighs_what_the_gate_says(
    place: Context,
) -> None:
    writer = Writer(draft(skill(extra="author: ada\n")), draft(GOOD))
    propose(request(), writer, place, max_rounds=2)
    found = [(each.rule, str(each.severity)) for each in writer.asked[1].findings]
    assert found == [("known-keys", "error")]


def test_a_model_is_told_of_low_measures_with_the_findings_and_for_them_alone_not_asked(
    place: Context,
) -> None:
    long = "# Merging\n\n" + "It is as good as anything can be. " * 900
    weak = replace(draft(skill(body=long)), writer="model")
    assert propose(request(), (writer := Writer(weak, weak)), place, max_rounds=2).rounds == 1
    assert len(writer.asked) == 1
    wrong = replace(draft(skill(body=long, extra="author: ada\n")), writer="model")
    propose(request(), (writer := Writer(wrong, weak)), place, max_rounds=2)
    told = {each.rule: each for each in writer.asked[1].findings if each.code == "grade"}
    assert str(told["economy"].severity) == "info"
    assert told["economy"].message.startswith("The body is no longer than it has to be")
    assert "eval_coverage" not in told
    other = replace(wrong, writer="command")
    propose(request(), (writer := Writer(other, weak)), place, max_rounds=2)
    assert all(each.code != "grade" for each in writer.asked[1].findings)


def test_never_clean_ends_after_max_rounds(place: Context) -> None:
    texts = (skill(name="PDF", body=f"# Round {number}\n\nText.\n") for number in range(5))
    writer = Writer(*map(draft, texts))
    proposal = propose(request(), writer, place, max_rounds=3)
    assert not proposal.passes
    assert len(writer.asked) == proposal.rounds == 3
    assert "Round 2" in _text(proposal)


def test_one_round_is_one_call(place: Context) -> None:
    writer = Writer(draft(BAD_NAME))
    assert not propose(request(), writer, place, max_rounds=1).passes


def test_house_errors_ask_for_another_round_but_do_not_hold_up(place: Context) -> None:
    writer = Writer(draft(TODO), draft(TODO))
    proposal = propose(request(), writer, place, max_rounds=3)
    assert proposal.passes
    assert proposal.faults == (0, 1)


def _without_sections(place: Context) -> Context:
    settings = place.settings._replace(sections={"default": Policy()})
    return place._replace(settings=settings)


def test_warnings_ask_for_nothing(place: Context) -> None:
    writer = Writer(draft(skill(description="Merges PDF files, in a given order.")))
    proposal = propose(request(), writer, _without_sections(place), max_rounds=3)
    assert [each.rule for each in proposal.house.findings] == ["description-says-when"]


def test_redraft_with_more_errors_does_not_replace_the_better(place: Context) -> None:
    writer = Writer(draft(TODO), draft(TWO_TODOS), draft(TWO_TODOS + "\nmore\n"))
    proposal = propose(request(), writer, place, max_rounds=3)
    assert (_text(proposal), proposal.rounds) == (TODO, 1)
    assert len(writer.asked) == 3
    assert writer.asked[2].previous == writer.asked[1].previous


def test_what_is_paid_for_a_redraft_that_is_not_kept_is_told(place: Context) -> None:
    first, second = Cost(1, 10, 10, 0.1), Cost(2, 20, 20, 0.2)
    for text in (TWO_TODOS, TODO):
        writer = Writer(replace(draft(TODO), cost=first), replace(draft(text), cost=second))
        proposal = propose(request(), writer, place, max_rounds=2)
        assert (_text(proposal), proposal.draft.cost) == (TODO, second)


def test_draft_that_passes_the_gate_is_better_than_one_with_fewer_errors(place: Context) -> None:
    worse = skill(name="pdf-split")
    writer = Writer(draft(worse), draft(TWO_TODOS), draft(worse))
    proposal = propose(request(), writer, place, max_rounds=3)
    assert proposal.passes
    assert _text(proposal) == TWO_TODOS


def test_of_equal_drafts_the_later_is_kept(place: Context) -> None:
    other = TODO.replace("write this", "write that")
    proposal = propose(request(), Writer(draft(TODO), draft(other)), place, max_rounds=2)
    assert (_text(proposal), proposal.rounds) == (other, 2)


SOURCES = (Source("a.md", "Run pdfunite a.pdf b.pdf out.pdf with --fast.", "0" * 64),)


def by_model(body: str) -> Draft:
    return replace(draft(skill(body=f"# Merging\n\n{body}\n")), writer="model")


def test_a_model_is_asked_once_to_mend_what_it_made_up(place: Context) -> None:
    first, second = by_model("Use `--made` and `--up`."), by_model("Use `--made` (unverified).")
    third = by_model("Use `--other`.")
    writer = Writer(first, second, third)
    proposal = propose(request(sources=SOURCES), writer, place, max_rounds=5)
    assert len(writer.asked) == 2
    told = [each for each in writer.asked[1].findings if each.code != "grade"]
    assert [(each.code, each.rule, each.severity, each.line) for each in told] == [
        ("G101", "unsupported-claim", Severity.WARNING, 8)
    ] * 2
    assert told[0].message.startswith("the flag `--made` stands in no source: leave it out")
    assert proposal.passes
    assert [str(each) for each in proposal.unsupported or ()] == [
        "flag --made (SKILL.md:8, marked as unverified)"
    ]


def test_more_than_can_be_told_at_once_is_told_in_the_next_rounds(place: Context) -> None:
    """None of 60 is forgotten because 50 came before it."""
    flags = [f"`--made-{chr(97 + n // 26)}{chr(97 + n % 26)}`" for n in range(60)]
    drafts = [by_model("Use " + ", ".join(some) + ".") for some in (flags, flags[50:], [])]
    writer = Writer(*drafts)
    proposal = propose(request(sources=SOURCES), writer, place, max_rounds=5)
    told = [[each for each in asked.findings if each.code != "grade"] for asked in writer.asked]
    assert list(map(len, told)) == [0, 50, 10]
    assert "--made-ch" in told[2][-1].message
    assert proposal.unsupported == ()


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        # Worse by the rules, which count for more.
        ("TODO: write this", 0),
        # As many claims: the later one.
        ("Use `--more`.", 1),
        ("Use `--more` and `--most`.", 0),
        ("Use `--fast`.", 1),
    ],
)
def test_what_is_made_up_counts_after_errors(second: str, kept: int, place: Context) -> None:
    drafts = by_model("Use `--made`."), by_model(second)
    proposal = propose(request(sources=SOURCES), Writer(*drafts), place, max_rounds=3)
    assert proposal.draft == drafts[kept]


def test_claims_ask_nobody_but_a_model_and_only_where_there_are_sources(place: Context) -> None:
    written = draft(skill(body="# Merging\n\nUse `--made`.\n"))
    proposal = propose(request(sources=SOURCES), Writer(written), place, max_rounds=3)
    assert [str(each) for each in proposal.unsupported or ()] == ["flag --made (SKILL.md:8)"]
    proposal = propose(request(), Writer(by_model("Use `--made`.")), place, max_rounds=3)
    assert proposal.unsupported is None


def test_equal_redraft_stops(place: Context) -> None:
    writer = Writer(draft(BAD_NAME), draft(BAD_NAME))
    proposal = propose(request(), writer, place, max_rounds=9)
    assert (proposal.rounds, len(writer.asked)) == (1, 2)


def test_redraft_that_only_moves_is_another(place: Context) -> None:
    wrong_folder = skill(name="pdf-merge")
    writer = Writer(draft(wrong_folder, name="merging"), draft(wrong_folder))
    proposal = propose(request(), writer, place, max_rounds=2)
    assert proposal.passes
    assert proposal.folder == "skills/data/pdf-merge"


@pytest.mark.parametrize(
    "second",
    [
        WriterFailed("the program ended\nwith output", {"SKILL.md": b"half"}),
        SkillRepoError("the program has gone"),
        draft(GOOD, category="elsewhere"),
        draft(GOOD, name="../pdf"),
        draft(GOOD, {"../x": b""}),
    ],
)
def test_failing_second_round_keeps_the_first(second: Draft | Exception, place: Context) -> None:
    proposal = propose(request(), Writer(draft(TODO), second), place, max_rounds=3)
    assert _text(proposal) == TODO
    assert proposal.passes
    (note,) = proposal.notes
    assert note.startswith("Round 2 failed, and the draft before it was kept: ")


class ReviewingWriter(Writer):
    """Its review fails; nobody is asked."""

    def __init__(self, error: SkillRepoError, *answers: Draft | Exception) -> None:
        super().__init__(*answers)
        self._error = error

    def review(self, _asked: Request, _draft: Draft) -> Draft:
        raise self._error

    def confirm(self, _shown: str, _question: str) -> None:
        raise AssertionError

    change = review


def test_a_review_that_fails_loses_nothing(place: Context) -> None:
    writer = ReviewingWriter(SkillRepoError("no credit"), draft(GOOD))
    proposal = propose(request(), writer, place, max_rounds=3, reviewer=writer)
    assert proposal.notes == ("Nobody reviewed it: no credit",)


def test_a_replay_that_lacks_a_reply_gives_no_other_draft(place: Context) -> None:
    missing = NoRecordingError("there is no recording")
    with pytest.raises(NoRecordingError):
        propose(request(), Writer(draft(TODO), missing), place, max_rounds=3)
    writer = ReviewingWriter(missing, draft(GOOD))
    with pytest.raises(NoRecordingError):
        propose(request(), writer, place, max_rounds=3, reviewer=writer)


def test_failing_first_round_is_the_caller_s(place: Context) -> None:
    writer = Writer(WriterFailed("no answer", {"notes.txt": b"half"}))
    assert _kept(writer, request(), place) == ("no answer", {"notes.txt": b"half"})


@pytest.mark.parametrize(
    ("asked", "given", "why"),
    [
        ({"taken": frozenset({"pdf-merge"})}, {}, "is there already"),
        ({"taken": frozenset({"pdf-merge"})}, {"name": "PDF-Merge"}, "is there already"),
        ({}, {"category": "nowhere"}, "not in taxonomy.yaml"),
        ({}, {"category": ""}, "not in taxonomy.yaml"),
        ({"category": "data"}, {"category": "coding"}, "not `data` as it was told"),
        ({"name": "pdf-merge"}, {"name": "pdf-join"}, "called the skill 'pdf-join'"),
        ({}, {"name": "a/b"}, "called the skill 'a/b'"),
        ({}, {"name": ".."}, "cannot be stored"),
        ({}, {"name": ""}, "cannot be stored"),
        ({}, {"name": ".git"}, "cannot be stored"),
        ({}, {"name": "testing", "category": "coding"}, "`coding/testing` is a category"),
        ({}, {"name": "notes"}, "skills/data/notes is there already"),
        ({}, {"name": "file"}, "skills/data/file is there already"),
    ],
)
def test_wrong_place_is_refused_and_the_text_is_kept(
    asked: dict[str, Any], given: dict[str, Any], why: str, tmp_path: Path
) -> None:
    place = context(tmp_path, {**FILES, "skills/data/notes/todo.txt": "", "skills/data/file": ""})
    made = replace(draft(GOOD), **given)
    message, kept = _kept(Writer(made), request(**asked), place)
    assert why in message
    assert kept == made.files


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/passwd", ".git/hooks/pre-commit", "a\nb", "a\\b", "con", "a//b", "", "\udcff"],
)
def test_hostile_paths_are_refused_and_the_text_is_kept(path: str, place: Context) -> None:
    made = draft(GOOD, {path: b"x"})
    message, kept = _kept(Writer(made), request(), place)
    assert "cannot be stored" in message
    assert kept == made.files


def test_paths_that_collide_are_refused(place: Context) -> None:
    for one, other in (("a", "a/b"), ("skill.md", "x"), ("x/A", "X/b")):
        _, kept = _kept(Writer(draft(GOOD, {one: b"", other: b""})), request(), place)
        assert one in kept


@pytest.mark.parametrize(("category", "name"), [("coding", "testing"), ("data", "notes")])
def test_occupied_place_is_refused_before_anybody_is_paid(
    category: str, name: str, tmp_path: Path
) -> None:
    place = context(tmp_path, {**FILES, "skills/data/notes/todo.txt": ""})
    writer = Writer()
    with pytest.raises(SkillRepoError, match="choose another name"):
        propose(request(category=category, name=name), writer, place, max_rounds=3)
    assert writer.asked == []


def test_draft_without_a_taxonomy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkillRepoError, match="skillrepo init"):
        propose(request(), Writer(draft(GOOD)), context(tmp_path, {}), max_rounds=1)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0", b"", b"---\nname: [\n---\n"])
def test_draft_that_cannot_be_read_does_not_pass(data: bytes, place: Context) -> None:
    made = Draft("data", "pdf-merge", {"SKILL.md": data}, writer="command")
    proposal = propose(request(), Writer(made), place, max_rounds=1)
    assert not proposal.passes


def test_draft_without_a_skill_file_does_not_pass(place: Context) -> None:
    made = Draft("data", "pdf-merge", {"README.md": b""}, writer="command")
    proposal = propose(request(), Writer(made), place, max_rounds=1)
    assert not proposal.passes
    assert proposal.document is None


def test_draft_is_checked_among_the_other_skills(tmp_path: Path) -> None:
    files = {
        **FILES,
        "skillrepo.yaml": "exclude: ['skills/coding']\n",
        "skills/coding/pdf-merge/SKILL.md": GOOD,
        "skills/data/pdf-split/SKILL.md": skill(name="pdf-split"),
    }
    place = context(tmp_path, files)
    # What is excluded is none of the rules' business, so nobody is in the way.
    assert propose(request(), Writer(draft(GOOD)), place, max_rounds=1).faults == (0, 0)
    other = draft(skill(name="pdf-split"), name="pdf-split", category="coding")
    twice = propose(request(), Writer(other), place, max_rounds=1)
    assert [each.rule for each in twice.house.findings] == ["unique-name"]


def test_files_of_the_draft_are_seen_by_the_rules(place: Context) -> None:
    linked = skill(body="# Merging\n\nSee [more](references/more.md).\n")
    alone = propose(request(), Writer(draft(linked)), place, max_rounds=1)
    assert [each.rule for each in alone.house.findings] == ["links-resolve"]
    whole = draft(linked, {"references/more.md": b"# More\n"})
    assert propose(request(), Writer(whole), place, max_rounds=1).faults == (0, 0)


def test_flat_repository_has_skills_in_its_root(tmp_path: Path) -> None:
    place = context(tmp_path, {"taxonomy.yaml": "version: 1\ncategories: {}\nroot: .\n"})
    asked = request(choices=(replace(request().choices[0], id=""),))
    proposal = propose(asked, Writer(draft(GOOD, category="")), place, max_rounds=1)
    assert (proposal.folder, proposal.address) == ("pdf-merge", "pdf-merge")
    assert proposal.faults == (0, 0)
