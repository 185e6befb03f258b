"""Eval files of each format, and of hostile people."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import trigger_queries
from skillrepo.bundle import Bundle
from skillrepo.files import Folder
from skillrepo.trigger_queries import Evals, File, Problem, Query, Task


def read(name: str, text: str | bytes, skill: str = "pdf-merge") -> Evals:
    data = text.encode() if isinstance(text, str) else text
    assert trigger_queries.is_eval_file(name)
    return trigger_queries.read([File(f"skills/pdf-merge/{name}", name, data)], skill)


def labels(found: Evals) -> dict[str, bool]:
    assert not found.problems
    return {query.text: query.should_trigger for query in found.queries}


@pytest.mark.parametrize("key", ["assertions", "expectations"])
def test_both_dialects_of_evals_json(key: str) -> None:
    text = f"""{{
  "skill_name": "pdf-merge",
  "evals": [
    {{"id": 1, "prompt": "Join a.pdf and b.pdf", "expected_output": "one file",
      "files": ["evals/files/a.pdf"], "{key}": ["One PDF is written", "It has 4 pages"]}},
    {{"id": 2, "prompt": "Put the \\"invoices\\" together"}}
  ]
}}
"""
    path = "skills/pdf-merge/evals/evals.json"
    assert read("evals/evals.json", text) == Evals(
        (),
        (
            Task(
                "Join a.pdf and b.pdf",
                ("One PDF is written", "It has 4 pages"),
                *(path, 4, "1", "one file", ("evals/files/a.pdf",), ({}, {})),
            ),
            Task('Put the "invoices" together', (), path, 6, "2"),
        ),
        (),
    )


QUERIES = {
    "evals/eval_queries.json": """[
        {"query": "join these scans", "should_trigger": true, "split": "train"},
        {"query": "fill in this form", "should_trigger": false}]""",
    "trigger-evals.json": """{"skill_name": "pdf-merge", "evals": [
        {"prompt": "join these scans", "should_trigger": true},
        {"prompt": "fill in this form", "should_trigger": false}]}""",
    "evals/of_ours.json": """{"note": "…", "queries": [
        {"query": "join these scans", "should_trigger": true, "note": "a symptom"},
        {"query": "fill in this form", "should_trigger": false}]}""",
    "evals/triggers.json": """{"should_trigger": ["join these scans"],
        "should_not_trigger": [{"prompt": "fill in this form"}]}""",
    "evals/evals.json": """[
        {"question": "join these scans", "expected_skill": "pdf-merge", "expected_script": null},
        {"question": "fill in this form", "expected_skill": null}]""",
    "evals/evals.yaml": """
evals:
- {query: join these scans, expected_skill: [pdf-merge/SKILL.md, other]}
- {query: fill in this form, expected_skill: pdf-form}
""",
    "tests/trigger_tests.yaml": """
skill: pdf-merge
should_trigger_prompts:
  - prompt: "join these scans"
    reason: it is the task
    confidence: medium
should_not_trigger_prompts:
  - prompt: |
      fill in this form
    confidence: high
""",
    "eval.yaml": """
scenarios:
  - name: joins
    prompt: "join these scans"
  - name: another skill
    prompt: fill in this form
    expect_activation: false
""",
}


@pytest.mark.parametrize("name", QUERIES)
def test_every_form_of_trigger_queries(name: str) -> None:
    found = read(name, QUERIES[name])
    assert labels(found) == {"join these scans": True, "fill in this form": False}
    lines = QUERIES[name].splitlines()
    for query in found.queries:
        assert query.text in lines[query.line - 1]
    assert found.tasks == ()


def test_an_eval_may_say_both_when_and_what() -> None:
    found = read(
        "evals/evals.json",
        json.dumps(
            {
                "evals": [
                    {"prompt": "join", "should_trigger": True, "expectations": ["one file"]},
                    {"prompt": "draw", "should_trigger": False, "expectations": ["not loaded"]},
                ],
                "should_trigger": ["join", "JOIN ", "put together"],
            }
        ),
    )
    assert labels(found) == {"join": True, "draw": False, "put together": True}
    assert [(task.prompt, task.assertions) for task in found.tasks] == [("join", ("one file",))]


def test_tasks_of_waza_and_of_dotnet() -> None:
    task = """
id: t1
inputs:
  prompt: "Join all that lies in scans/"
graders:
  - {type: text, name: says the path}
"""
    assert read("evals/tasks/t1.yaml", task).tasks == (
        Task(
            "Join all that lies in scans/",
            ("says the path",),
            "skills/pdf-merge/evals/tasks/t1.yaml",
            4,
            "t1",
            forms=({"type": "text", "name": "says the path"},),
        ),
    )
    spec = 'name: suite\nskill: pdf-merge\ntasks:\n  - "tasks/*.yaml"\n'
    assert read("evals/suite.yaml", spec) == trigger_queries.NONE
    scenario = """
stimuli:
  - prompt: join
    assertions: [{type: output_contains, value: "4 pages"}, {type: exit_success}]
    rubric: ["Keeps the order"]
"""
    found = read("tests/eval.yaml", scenario)
    assert labels(found) == {"join": True}
    assert found.tasks[0].assertions == ("4 pages", "exit_success", "Keeps the order")
    assert found.tasks[0].forms == (
        {"type": "output_contains", "value": "4 pages"},
        {"type": "exit_success"},
        {},
    )


@pytest.mark.parametrize("files", ['"a.pdf"', '["a.pdf", 5]', "{}"])
def test_input_files_that_are_no_list_of_paths(files: str) -> None:
    found = read("evals/evals.json", f'{{"evals": [{{"prompt": "join", "files": {files}}}]}}')
    assert found.tasks[0].files is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("evals/evals.json", True),
        ("evals/anything.yml", True),
        ("Evals/Tasks/one.yaml", True),
        ("trigger-evals.json", True),
        ("tests/trigger_tests.yaml", True),
        ("evals/files/data.json", False),
        ("tests/fixture.json", False),
        ("package.json", False),
        ("references/evals.json", False),
        ("evals/README.md", False),
        ("evals/tasks/more/one.yaml", False),
    ],
)
def test_where_evals_lie(name: str, *, expected: bool) -> None:
    assert trigger_queries.is_eval_file(name) is expected


@pytest.mark.parametrize(
    ("name", "text", "line", "why"),
    [
        ("evals/evals.json", '{"evals": [\n  {"prompt": "a",}\n]}', 2, "is not JSON ("),
        ("evals/evals.json", "", 1, "is not JSON ("),
        ("evals/evals.json", '{"evals": NaN}', 1, "NaN is no JSON"),
        ("evals/evals.json", '{"evals": [], "evals": []}', 1, "a key stands twice"),
        ("evals/evals.json", "[" * 100_000, 1, "nested too deeply"),
        ("evals/evals.json", "[" + "9" * 5_000 + "]", 1, "is not JSON that can be used"),
        ("evals/evals.json", r'{"evals": [{"prompt": "\ud800"}]}', 1, "half a character"),
        ("evals/evals.json", b"\xff\xfe\0", 1, "is not UTF-8 text"),
        ("evals/evals.json", '{"runs": []}', 1, "holds no evals in a format that is known"),
        ("evals/evals.json", "3", 1, "holds no evals in a format that is known"),
        ("evals/evals.json", '{"evals": [\n7]}', 1, "an item without a text"),
        ("evals/evals.json", '{"evals": [{"prompt": ["a"]}]}', 1, "an item without a text"),
        ("evals/evals.json", '{"queries": [\n{"query": " "}]}', 2, "is empty"),
        ("evals/evals.json", f'[{{"query": "{"a" * 16_001}"}}]', 1, "more than 16,000 characters"),
        (
            "eval_queries.json",
            '[{"query": "a", "should_trigger": true},\n{"query": "b", "should_trigger": "no"}]',
            2,
            "`should_trigger` must be true or false",
        ),
        ("trigger_tests.yaml", "should_trigger_prompts: [\n", 2, "is not YAML that can be used"),
        ("trigger_tests.yaml", "a: &a [*a]", 1, "is not YAML that can be used"),
        ("trigger_tests.yaml", "!!python/object:os.system {}", 1, "is not YAML that can be used"),
    ],
)
def test_what_cannot_be_used_is_told(name: str, text: str | bytes, line: int, why: str) -> None:
    (problem,) = read(name, text).problems
    assert (problem.path, problem.line) == (f"skills/pdf-merge/{name}", line)
    assert why in problem.why


def test_one_bad_item_hides_no_other() -> None:
    text = '[{"query": "a", "should_trigger": true}, 1, {"query": "b", "should_trigger": false}]'
    found = read("eval_queries.json", text)
    assert [query.text for query in found.queries] == ["a", "b"]
    assert len(found.problems) == 1


def test_a_file_of_another_kind_in_the_folder_is_nobody_s_business() -> None:
    for text in ('{"runs": [{"result": 1}]}', '["a", "b"]', "[1, [2]]", '{"inputs": {"a": "b"}}'):
        assert read("evals/benchmark.json", text) == trigger_queries.NONE
    assert read("evals/tsconfig.json", "{ // as compilers take it\n}") == trigger_queries.NONE


def test_a_query_for_and_against_the_skill_counts_for_nothing() -> None:
    rows = [("join", True), ("draw", False), ("Join  ", False), ("join", False)]
    found = read(
        "eval_queries.json",
        "[" + ",\n".join(json.dumps({"query": a, "should_trigger": b}) for a, b in rows) + "]",
    )
    path = "skills/pdf-merge/eval_queries.json"
    assert found.queries == (Query("draw", should_trigger=False, path=path, line=2),)
    why = f"asks both for and against loading the skill what {path}:1 does"
    assert found.problems == (Problem(path, 3, why),)


def test_there_are_bounds() -> None:
    many = json.dumps([{"query": f"q{at}", "should_trigger": True} for at in range(1_001)])
    found = read("evals/q.json", many)
    assert len(found.queries) == trigger_queries.MOST_ITEMS
    assert "more than the 1,000" in found.problems[0].why
    files = [File(f"{at}.json", f"{at}.json", b"[]") for at in range(trigger_queries.MOST_FILES)]
    found = trigger_queries.read([*files, File("last", "last", None), File("x", "x", None)], "a")
    assert [each.why for each in found.problems] == [
        "is beyond the first 100 eval files of the skill"
    ]
    unread = [File("a", "evals.json", None), File("b", "tasks/b.json", 2_000_000)]
    why = [each.why for each in trigger_queries.read(unread, "a").problems]
    assert "cannot be read" in why[0]
    assert "2,000,000 bytes" in why[1]


def test_lines_of_texts_that_are_not_found_take_no_long_time() -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in "join")
    items = ",".join(f'{{"query": "{escaped}{at}", "should_trigger": true}}' for at in range(1_000))
    text = f'{{"pad": "{"x" * 900_000}", "queries": [{items}]}}'
    start = time.process_time()
    found = read("evals/q.json", text)
    assert time.process_time() - start < 1
    assert len(found.queries) == 1_000
    assert {query.line for query in found.queries} == {1}


def test_the_files_of_a_skill_in_path_order(tmp_path: Path) -> None:
    folder = tmp_path / "pdf-merge"
    for name, text in QUERIES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "evals/link.json").symlink_to("/etc/passwd")
    source = Folder(tmp_path)
    found = trigger_queries.of_bundle(
        Bundle(source, "pdf-merge", source.files("pdf-merge")), "pdf-merge"
    )
    assert [(query.text, query.path) for query in found.queries] == [
        ("join these scans", "pdf-merge/eval.yaml"),
        ("fill in this form", "pdf-merge/eval.yaml"),
    ]
    assert found.problems == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from([
            "evals", "queries", "tasks", "scenarios", "prompt", "query", "inputs", "input",
            "should_trigger", "should_not_trigger", "expected_skill", "expectations", "rubric",
            "description",
        ])
        | st.text(max_size=3),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=100)
@given(JSON)
def test_whatever_a_file_holds_it_is_read_or_told(value: object) -> None:
    for name in ("evals/evals.json", "evals/evals.yaml"):
        found = read(name, json.dumps(value))
        assert all(isinstance(query.should_trigger, bool) for query in found.queries)
        assert all(each.text.strip() and each.line >= 1 for each in found.queries)
        assert all(each.prompt.strip() and each.line >= 1 for each in found.tasks)
        assert found.queries or found.tasks or found.problems or "[]" in json.dumps(value)
