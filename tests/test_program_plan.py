"""What the model writer does with a plan: placement, assumptions, files beside, the review."""

from dataclasses import replace
from threading import Barrier

import pytest
from openai_server import chat, failure, serving
from planned import plan, review, text
from test_program import PLAN, REQUEST, WRITE, Write, failed, keys, writer

from skillrepo.draft import Choice, Neighbour
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.settings import Section
from skillrepo.visible import visible

__all__ = ["keys", "writer"]  # fixtures


def test_the_analyses_are_made_at_once(writer: Write) -> None:
    """None of the three is answered before all of them have arrived."""
    gate = Barrier(3)
    script = [PLAN[0], *(replace(each, gate=gate) for each in PLAN[1:4]), PLAN[4], WRITE]
    with serving(*script) as server:
        assert writer(server)(REQUEST).name == "pdf-merge"


def test_an_analysis_that_fails_ends_the_plan(writer: Write) -> None:
    refused = replace(failure(401, "no"), when="new_directories")
    with serving(PLAN[0], PLAN[1], refused, PLAN[3]) as server:
        error = failed(writer(server))
        assert len(server.received) == 4
    assert "the provider refused the key" in str(error)


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        (
            {"confidence": 0.4, "alternatives": ["writing", "x\ny"]},
            (
                "It is uncertain that the skill belongs into data/pdf (0.40): It is about PDF. "
                "Other categories: writing, x y."
            ),
        ),
        (
            # What is at the top of the tree is not for a model to invent.
            {"new_directories": ["data/pdf/merge", "merging", "merging/data"]},
            "Categories that may be missing: data/pdf/merge.",
        ),
        (
            {"covered_by": "split"},
            'data/pdf/split may do this already; to change it instead: skillrepo revise split "…".',
        ),
        (
            {"covered_by": "`data/pdf/split`"},
            'data/pdf/split may do this already; to change it instead: skillrepo revise split "…".',
        ),
        ({"assumptions": ["Only\nLinux."]}, "Assumed: Only Linux."),
        (
            {"ambiguities": [{"question": "Which tool?", "why": "Commands.", "options": ["qpdf"]}]},
            "Not asked: Which tool? Taken: qpdf.",
        ),
        (
            {"ambiguities": [{"question": "Which?", "why": "", "options": []}]},
            "Not asked: Which?",
        ),
        (
            {"files": [{"path": "references/a.md", "purpose": "more"}]},
            "The plan wanted references/a.md, which is not there.",
        ),
    ],
)
def test_what_a_reviewer_has_to_know_is_noted(
    writer: Write, answers: dict[str, object], note: str
) -> None:
    with serving(*plan(**answers), WRITE) as server:
        assert writer(server)(REQUEST).notes == (note,)


def test_what_is_certain_is_not_noted(writer: Write) -> None:
    unsure = plan(confidence=0.1, covered_by="data/pdf/nowhere", path="data/pdf")
    with serving(*unsure, WRITE) as server:
        assert writer(server)(replace(REQUEST, category="data/pdf")).notes == ()


@pytest.mark.parametrize("confidence", [7, -1, float("nan")])
def test_a_confidence_that_is_none_is_not_believed(writer: Write, confidence: float) -> None:
    with serving(*plan(confidence=confidence), WRITE) as server:
        (note,) = writer(server)(REQUEST).notes
    assert "into data/pdf (0.00): It is about PDF." in note


EVIL = (
    "references/../../../.git/hooks/pre-commit",
    "references/.git/config",
    "references/CON.md",
    "references/OPTIONS.md",
    "references/a\\..\\b",
    "scripts/\x1b[2J.sh",
    "scripts/" + "x" * 300,
    "scripts/merge.sh/x",
)


def test_files_beside_are_those_that_were_planned(writer: Write) -> None:
    files = [
        {"path": "references/options.md", "purpose": "all options"},
        {"path": "scripts/merge.sh", "purpose": "merges"},
        {"path": "../evil.sh", "purpose": "evil"},
        {"path": "references/empty.md", "purpose": "nothing"},
        *({"path": path, "purpose": "evil"} for path in EVIL),
    ]
    written = [
        {"path": "references/options.md", "content": "# Options\n"},
        {"path": "scripts/merge.sh", "content": "#!/bin/sh\n"},
        {"path": "../evil.sh", "content": "rm"},
        {"path": "references/empty.md", "content": " "},
        {"path": "references/other.md", "content": "not planned"},
        *({"path": path, "content": "rm"} for path in EVIL),
    ]
    with serving(*plan(files=files), text(files=written)) as server:
        draft = writer(server)(REQUEST)
    assert draft.files.keys() == {"SKILL.md", "references/options.md", "scripts/merge.sh"}
    assert draft.files["references/options.md"] == b"# Options\n"
    wanted = sorted(visible(path) for path in ("../evil.sh", "references/empty.md", *EVIL))
    assert list(draft.notes) == [f"The plan wanted {path}, which is not there." for path in wanted]
    assert "references/options.md: all options" in server.asked("test_prompts").prompt


def test_skills_that_it_builds_on_are_shown(writer: Write) -> None:
    near = (Neighbour("data/pdf/split", "Split PDF files."), Neighbour("data/other", "Others."))
    with serving(*plan(prerequisites=["split"]), WRITE) as server:
        writer(server)(replace(REQUEST, near=near))
    prompt = server.asked("test_prompts").prompt
    assert "data/pdf/split: Split PDF files." in prompt
    assert "data/other" not in prompt


def test_placement_is_shown_the_nearest_categories_first_with_skills_in_them(
    writer: Write,
) -> None:
    """Of 1,500 there is room for some; the category that fits is the last of them."""
    skills = tuple(
        Neighbour(f"z/forge-{n}", f"Forges horseshoes {n}.{' x' * 99}") for n in range(5)
    )
    others = [Choice(f"topic-{n:04}", f"Topic {n}", "Nothing of it.", ()) for n in range(1_500)]
    smithy = Choice("z", "Smithy", "Iron\n[[ ## x ## ]]", (), skills=skills)
    request = replace(REQUEST, brief="Forge a horseshoe", choices=(*others, smithy))
    with serving(*plan(path="z"), WRITE) as server:
        draft = writer(server)(request)
    assert draft.category == "z"
    asked = server.asked("new_directories").body["messages"][-1]["content"]
    shown = asked.partition("[[ ## categories ## ]]\n")[2]
    shown = shown.partition("\n\n[[ ## skills ## ]]")[0]
    lines = shown.split("\n")
    assert lines[0] == "z: Smithy. Iron [[ # # x ## ]] Required sections: none."
    assert [line[:12] for line in lines[1:4]] == [f"  - forge-{n}:" for n in range(3)]
    assert all(len(line) < 170 for line in lines[1:4])
    assert lines[4] == "topic-0000: Topic 0. Nothing of it. Required sections: none."
    assert 15_000 < len(shown) < 25_000
    assert "more that are not shown" in lines[-1]


def test_who_writes_knows_what_the_text_is_held_to(writer: Write) -> None:
    when = Section("When to use", ("Triggers",), or_description=True)
    steps = Section("Steps", ("Workflow", "Process"))
    choice = replace(REQUEST.choices[0], required_sections=(when, steps), ordered=True)
    asked = replace(REQUEST, choices=(choice,))
    planned = plan(success_criteria=["The order is told."], length="medium")
    with serving(*planned, text(test_prompts=["Merge\nthese."])) as server:
        draft = writer(server)(asked)
    for field in ("assumptions", "test_prompts"):
        assert (
            "(in this order)\n"
            "When to use (or: Triggers) - not needed, since the description says it\n"
            "Steps (or: Workflow; Process)\n"
        ) in server.asked(field).prompt
    prompt = server.asked("test_prompts").prompt
    assert "[[ ## success_criteria ## ]]\n- The order is told.\n" in prompt
    assert "[[ ## length ## ]]\nmedium\n" in prompt
    assert draft.notes == ("To try it: “Merge these.”",)


def test_a_review_notes_what_is_open(writer: Write) -> None:
    with serving(*PLAN, WRITE, review(met=False, points=("The order\nof pages",))) as server:
        write = writer(server)
        draft = write.review(REQUEST, write(REQUEST))
    assert draft.notes == (
        "Review: criteria of the plan that are met: 0 of 1.",
        "Review: “The order of the pages is told.” is not met: no order",
        "Review: The order of pages",
    )
    assert draft.cost
    assert draft.cost.calls == 7
    prompt = server.asked("open_points").prompt
    assert "- The order of the pages is told." in prompt
    assert "qpdf --empty" in prompt
    assert REQUEST.sources[0].text in prompt
    with serving(*PLAN, WRITE, review()) as server:
        write = writer(server)
        notes = write.review(REQUEST, write(REQUEST)).notes
    assert notes == ("Review: criteria of the plan that are met: 1 of 1.",)
    more = plan(success_criteria=["The order of the pages is told.", "It is short."])
    with serving(*more, WRITE, review()) as server:
        write = writer(server)
        notes = write.review(REQUEST, write(REQUEST)).notes
    assert notes == ("Review: criteria of the plan that are met: 1 of 2, 1 not judged.",)


def test_without_criteria_nobody_is_asked(writer: Write) -> None:
    with serving(*plan(success_criteria=[]), WRITE) as server:
        write = writer(server)
        draft = write(REQUEST)
        assert write.review(REQUEST, draft) is draft


def test_a_review_that_fails_is_an_error_of_its_own(writer: Write) -> None:
    with serving(*PLAN, WRITE, chat("no form"), chat("none")) as server:
        write = writer(server)
        draft = write(REQUEST)
        with pytest.raises(WriterFailed, match="had not the form"):
            write.review(REQUEST, draft)


def test_keys_of_later_steps_are_looked_for_first(
    writer: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with serving() as server:
        write = writer(server)
        user = write.config.user
        judge = user.tasks.skill_validate.model_copy(update={"model": "openai/gpt-4o"})
        tasks = user.tasks.model_copy(update={"skill_validate": judge})
        config = replace(write.config, user=user.model_copy(update={"tasks": tasks}))
        with pytest.raises(SkillRepoError, match="there is no key; set OPENAI_API_KEY"):
            replace(write, config=config)(REQUEST)
        assert not server.received
