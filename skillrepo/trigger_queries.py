"""A skill's own eval files → `Query`, when it is to be loaded, and `Task`, what it is to do.

There is no one format. These are read, as JSON or YAML:

- `evals/evals.json` of https://agentskills.io (`assertions`) and of Anthropic's skill-creator
  (`expectations`): `{"skill_name", "evals": [{"prompt", …}]}`; some label an eval by
  `should_trigger`, or list `should_trigger` and `should_not_trigger` beside.
- Trigger queries of the same two, `eval_queries.json` and others:
  `[{"query", "should_trigger"}]`, or such a list under `queries` or `evals`.
- NVIDIA's evals: `[{"question", "expected_skill", "expected_behavior"}]`; null is no skill.
- `trigger_tests.yaml` of waza: `should_trigger_prompts` and `should_not_trigger_prompts`, each a
  list of `{prompt}`; and its tasks, a file each: `{"inputs": {"prompt"}}`.
- `eval.yaml` of dotnet/skills: `scenarios`, or `stimuli`, of `{prompt, assertions, rubric}`, each
  of which expects the skill unless it says `expect_activation: false`.

They lie in the skill's folder, in `evals` or in `tests` of it. What a file says is hostile: what
cannot be read, or is no query, becomes a `Problem`, and all sizes and counts have bounds.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from skillrepo import document
from skillrepo.bundle import NOT_TEXT, Bundle
from skillrepo.eval_text import EvalTextError, Parsed, parse

MOST_FILES = 100
MOST_ITEMS = 1_000
"""Queries and tasks of one skill; the guides ask for about twenty."""
LONGEST = 16_000
"""Characters of a query or prompt."""

UNKNOWN = "holds no evals in a format that is known"
"""Why a file counts for nothing here that may be all right for those who made it."""

_FORMATS = (".json", ".yaml", ".yml")
# Without ending, with `_` for `-`. In `evals` other names are looked at, too.
_NAMES = frozenset((
    "eval", "eval_queries", "evals", "trigger_eval", "trigger_evals", "trigger_queries",
    "trigger_tests", "triggers",
))  # fmt: skip
_OF_EVALS = ("evals", "eval")
_OF_TESTS = ("tests", "test")
_OF_TASKS = ("tasks", "cases", "scenarios")
_TEXTS = ("prompt", "query", "question", "input")
_LISTS = ("evals", "queries", "cases", "tests", "tasks")
_EXPECTING = ("scenarios", "stimuli")
"""Lists of items that expect the skill where they do not say otherwise."""
_LABELLED = {
    "should_trigger": True,
    "should_trigger_prompts": True,
    "should_not_trigger": False,
    "should_not_trigger_prompts": False,
}
_CHECKS = ("assertions", "expectations", "expected_behavior", "rubric", "graders")
_OF_CHECK = ("description", "text", "name", "value", "type")
_LONGEST_NAME = 100
"""Characters of what an item is called."""


class Query(NamedTuple):
    """What a user may ask, and whether the skill is to be loaded then."""

    text: str
    should_trigger: bool
    path: str
    line: int


Form = Mapping[str, str | int | bool]
"""The plain values of an assertion that is written as a mapping, such as `type` and `value`."""


class Task(NamedTuple):
    """What a user may ask the skill to do, and what is to be true of the outcome.

    `id` is what the file calls it, empty where it does not. `expected` describes the outcome for
    people. `files` are paths from the skill's folder on, as they are written; None where they are
    no list of texts. `forms` has what is written of each assertion, empty for a plain text.
    """

    prompt: str
    assertions: tuple[str, ...]
    path: str
    line: int
    id: str = ""
    expected: str = ""
    files: tuple[str, ...] | None = ()
    forms: tuple[Form, ...] = ()


class Problem(NamedTuple):
    """An eval file, or an item of one, that counts for nothing, and why."""

    path: str
    line: int
    why: str


class Evals(NamedTuple):
    """All that the eval files of a skill hold, in path order and as it stands in each.

    A query is told once, however often it is written.
    """

    queries: tuple[Query, ...]
    tasks: tuple[Task, ...]
    problems: tuple[Problem, ...]


class File(NamedTuple):
    """An eval file: its path, its name relative to the skill, its bytes; None if out of reach."""

    path: str
    name: str
    data: bytes | int | None


NONE = Evals((), (), ())


def of_bundle(bundle: Bundle, skill: str) -> Evals:
    """The evals of the skill in a folder called `skill`.

    What the bundle has not read, it tells of itself.
    """
    items = [each for each in bundle.items if each.kind == "file" and is_eval_file(each.name)]
    files = (File(each.path, each.name, bundle.data(each)) for each in items)
    return read((each for each in files if each.data is not None), skill)


def is_eval_file(name: str) -> bool:
    """Whether a file may hold evals, by its name relative to the skill's folder."""
    *folders, last = name.lower().split("/")
    if not last.endswith(_FORMATS):
        return False
    if not folders or (len(folders) == 1 and folders[0] in _OF_TESTS):
        return _is_named(name)
    inner = len(folders) == 1 or (len(folders) == 2 and folders[1] in _OF_TASKS)  # noqa: PLR2004
    return inner and folders[0] in (*_OF_EVALS, *_OF_TESTS)


def _is_named(name: str) -> bool:
    last = name.lower().rpartition("/")[2]
    return last.rpartition(".")[0].replace("-", "_") in _NAMES


def _holds_evals(name: str) -> bool:
    """Whether an eval file is to hold evals, and nothing else, by its name."""
    # Beside others in `evals` may lie what a tool is set up with, in JSON with comments.
    return _is_named(name) or name.lower().split("/")[-2:-1] in ([each] for each in _OF_TASKS)


def read(files: Iterable[File], skill: str) -> Evals:
    """The evals in the eval files of the skill in a folder called `skill`."""
    found = _Found(skill)
    for number, file in enumerate(files):
        if number == MOST_FILES:
            found.problem(file.path, 1, f"is beyond the first {MOST_FILES} eval files of the skill")
            break
        found.take(file)
    return found.evals()


class _Found:
    def __init__(self, skill: str) -> None:
        self._skill = skill
        self._queries: dict[str, Query] = {}
        self._unclear: set[str] = set()
        self._tasks: dict[str, Task] = {}
        self._problems: list[Problem] = []
        self._items = 0

    def evals(self) -> Evals:
        """All that was found."""
        queries = (query for key, query in self._queries.items() if key not in self._unclear)
        return Evals(tuple(queries), tuple(self._tasks.values()), tuple(self._problems))

    def problem(self, path: str, line: int, why: str) -> None:
        self._problems.append(Problem(path, line, why))

    def take(self, file: File) -> None:
        """Read one file."""
        try:
            parsed = _parsed(file)
        except EvalTextError as error:
            if _holds_evals(file.name):
                self.problem(file.path, error.line, error.why)
            return
        shape = list(_shape(parsed.value))
        if not shape and _is_named(file.name):
            self.problem(file.path, 1, UNKNOWN)
        for items, label in shape:
            for item in items:
                if self._items == MOST_ITEMS:
                    why = f"has more than the {MOST_ITEMS:,} queries and tasks of a skill"
                    self.problem(file.path, 1, why)
                    return
                self._items += 1
                self._item(item, label, parsed, file.path)

    def _item(self, item: Any, label: bool | None, parsed: Parsed, path: str) -> None:  # noqa: FBT001
        text = _text(item)
        if text is None:
            self.problem(path, parsed.line, "has an item without a text as its `prompt` or `query`")
            return
        line = parsed.line_of(text)
        text = text.strip()
        if not text or len(text) > LONGEST:
            why = f"has more than {LONGEST:,} characters" if text else "is empty"
            self.problem(path, line, f"a query or prompt {why}")
            return
        mapping = item if isinstance(item, Mapping) else {}
        wanted = self._label(mapping, label)
        if isinstance(wanted, str):
            self.problem(path, line, wanted)
            return
        if wanted is not None:
            self._query(Query(text, wanted, path, line))
        checks = tuple(_assertions(mapping))
        if wanted is not False and (wanted is None or checks):
            task = Task(
                text,
                tuple(each for each, _ in checks),
                path,
                line,
                _id(mapping),
                _plain(mapping.get("expected_output")),
                _files(mapping.get("files")),
                tuple(form for _, form in checks),
            )
            self._tasks.setdefault(_key(text), task)

    def _label(self, item: Mapping[str, Any], label: bool | None) -> bool | str | None:  # noqa: FBT001
        """Whether an item is for the skill, None where it does not say; or what is wrong."""
        for key in ("should_trigger", "expect_activation"):
            if key in item:
                value = item[key]
                return value if isinstance(value, bool) else f"`{key}` must be true or false"
        if "expected_skill" in item:
            value = item["expected_skill"]
            named = value if isinstance(value, list) else [value]
            # "name/SKILL.md" is written, too.
            return any(self._skill in str(each).split("/") for each in named)
        return label

    def _query(self, query: Query) -> None:
        key = _key(query.text)
        known = self._queries.setdefault(key, query)
        if known.should_trigger != query.should_trigger and key not in self._unclear:
            self._unclear.add(key)
            why = f"asks both for and against loading the skill what {known.path}:{known.line} does"
            self.problem(query.path, query.line, why)


def _parsed(file: File) -> Parsed:
    """What a file says. Raises `EvalTextError`."""
    if not isinstance(file.data, bytes):
        size = file.data
        why = document.OUT_OF_REACH if size is None else document.over_limit(size)
        raise EvalTextError(why, 1)
    text = document.text_of(file.data)
    if text is None:
        raise EvalTextError(NOT_TEXT, 1)
    return parse(text, is_json=file.name.lower().endswith(".json"))


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _shape(value: Any) -> Iterator[tuple[list[Any], bool | None]]:
    """The lists of items that a file holds, each with the label of items that have none."""
    if isinstance(value, list):
        # Other lists may be data of an eval.
        if any(isinstance(each, Mapping) and _text(each) is not None for each in value):
            yield value, None
        return
    if not isinstance(value, Mapping):
        return
    if isinstance(value.get("inputs"), Mapping) and _text(value) is not None:
        yield [value], None
    for key in (*_LISTS, *_EXPECTING, *_LABELLED):
        items = value.get(key)
        if not isinstance(items, list):
            continue
        if key == "tasks" and all(isinstance(each, str) for each in items):
            continue  # the names of files
        yield items, True if key in _EXPECTING else _LABELLED.get(key)


def _text(item: Any) -> str | None:
    if not isinstance(item, Mapping):
        return item if isinstance(item, str) else None
    inputs = item.get("inputs", item.get("input"))
    for holder in (item, inputs if isinstance(inputs, Mapping) else {}):
        for key in _TEXTS:
            if isinstance(text := holder.get(key), str):
                return text
    return None


def _assertions(item: Mapping[str, Any]) -> Iterator[tuple[str, Form]]:
    """What is to be true of the outcome: for each assertion its text and its form."""
    for key in _CHECKS:
        checks = item.get(key)
        for check in checks if isinstance(checks, list) else ():
            form: Form = {}
            if isinstance(check, Mapping):
                texts = (check[each] for each in _OF_CHECK if isinstance(check.get(each), str))
                text = next(texts, "")
                form = {k: v for k, v in check.items() if isinstance(v, str | int)}
            else:
                text = check if isinstance(check, str) else ""
            if text.strip():
                yield text.strip(), form


def _id(item: Mapping[str, Any]) -> str:
    """What an item is called, by `id` or `name`."""
    found = (item.get(key) for key in ("id", "name"))
    return next((str(each)[:_LONGEST_NAME] for each in found if isinstance(each, str | int)), "")


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= LONGEST else ""


def _files(value: object) -> tuple[str, ...] | None:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(value)
