"""The static measures: what each says, and that nothing is gained by saying nothing."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import padding
import pytest
from graded_skills import DESCRIPTION, FAULTY, MERGE, SKILLS, VAGUE, text
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skillrepo import measures
from skillrepo.context import Context
from skillrepo.document import Document, read
from skillrepo.files import Folder
from skillrepo.grade.profile import shipped
from skillrepo.grade.score import raw
from skillrepo.measure import Reading, Subject

Look = Callable[..., dict[str, Reading]]
MEASURES = {measure.name: measure for measure in measures.ALL}
TINY = 1e-12


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Measure a skill of `graded_skills` with something put below it."""
    root = tmp_path_factory.mktemp("skills")
    for name, files in SKILLS.items():
        write(root / name, files)
    context = Context.of(Folder(root))

    @lru_cache(maxsize=64)
    def measured(name: str, below: str = "") -> dict[str, Reading]:
        data = (SKILLS[name]["SKILL.md"] + below).encode()
        skill = read(f"{name}/SKILL.md", name, data)
        assert isinstance(skill, Document)
        bundle = context.bundle(skill)
        bundle.forget()
        return measures.readings(Subject(skill, bundle))

    return measured


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, said in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(said, encoding="utf-8")


def of_files(folder: Path, files: Mapping[str, str]) -> dict[str, Reading]:
    """Measure the skill that consists of some files."""
    write(folder, files)
    context = Context.of(Folder(folder))
    (skill,) = context.library.load(["SKILL.md"])
    assert isinstance(skill, Document)
    return measures.readings(Subject(skill, context.bundle(skill)))


def value(name: str, reading: Reading) -> float | None:
    """What a reading counts for in a grade."""
    return 1.0 if reading.value is None and MEASURES[name].deducts else reading.value


def gains(before: Mapping[str, Reading], after: Mapping[str, Reading]) -> dict[str, float]:
    """What rose, and by how much."""
    found = {"grade": raw(after, shipped()) - raw(before, shipped())}
    for name, reading in before.items():
        old, new = value(name, reading), value(name, after[name])
        assert (old is None) == (new is None), name
        found[name] = 0.0 if old is None or new is None else new - old
    return {name: gain for name, gain in found.items() if gain > TINY}


# The law

pieces = st.lists(st.sampled_from(sorted(padding.KINDS)), min_size=1, max_size=5).map(
    lambda names: [padding.KINDS[name] for name in names]
)
filler = st.lists(
    st.sampled_from(padding.FILLER),
    min_size=1,
    max_size=120,
).map(" ".join)


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(
    name=st.sampled_from(sorted(SKILLS)),
    parts=st.tuples(pieces, st.lists(filler, max_size=2)).flatmap(
        lambda both: st.permutations([*both[0], *both[1]])
    ),
    glue=st.sampled_from(("\n", "\n\n")),
    again=st.integers(0, 4),
)
@example(name="vague", parts=["x " * 3000], glue="\n", again=0)
@example(name="merge", parts=list(padding.KINDS.values()), glue="\n", again=4)
@example(name="sparse", parts=["```bash"], glue="\n", again=1)
@example(name="sparse", parts=["Verify it:"], glue="\n", again=3)
def test_what_says_nothing_gains_nothing(
    name: str, parts: list[str], glue: str, again: int, look: Look
) -> None:
    own = padding.own_sections(SKILLS[name]["SKILL.md"].split("---\n", 2)[2])
    repeated = own[again : again + 1] if again else []
    below = "".join(f"{part}{glue}" for part in (*parts, *repeated))
    assert gains(look(name), look(name, below)) == {}
    assert gains(look(name), look(name, f"\n{below}")) == {}


def test_each_kind_of_padding_gains_nothing(look: Look) -> None:
    found = {
        (name, kind): gained
        for name in SKILLS
        for kind, piece in padding.KINDS.items()
        if (gained := gains(look(name), look(name, piece)))
    }
    assert found == {}


soup = st.lists(
    st.sampled_from(
        (
            *(
                "`qpdf`",
                "references/limits.md",
                "--rotate",
                "Run",
                "verify",
                "[a](b.md)",
                "# H",
                "- ",
            ),
            *(
                "| a |",
                "|---|",
                "===",
                "\n",
                "\n\n",
                " ",
                "word",
                "```\n",
                "~~~\n",
                "<b>",
                "v2.4.1",
            ),
            *(
                "https://qpdf.org/docs",
                "1. ",
                "> ",
                "*",
                "    ",
                "{}",
                "optional",
                "scripts/convert.py",
            ),
        )
    ),
    max_size=30,
).map("".join)


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(name=st.sampled_from(sorted(SKILLS)), below=soup)
def test_no_text_at_all_takes_a_fault_back(name: str, below: str, look: Look) -> None:
    # But to name a file is to mend that nothing named it.
    names = {each.name for each in measures.ALL if each.deducts} - {"reachability"}
    gained = gains(look(name), look(name, below))
    assert names & gained.keys() == set()


@pytest.mark.parametrize("kind", padding.NAMING)
def test_made_up_names_gain_what_the_manuals_say(kind: str, look: Look) -> None:
    may = {"anchor_density", "instructions", "verifiability"}
    most = 0.5 if kind == "varied" else 0.17
    for name, files in SKILLS.items():
        below = "\n" + padding.NAMING[kind](60, files["SKILL.md"].split("\n", 3)[2])
        found = gains(look(name), look(name, below))
        assert found.keys() <= may | {"grade"}
        assert max((found.get(each, 0) for each in may), default=0) <= most
        # They bring no skill to where one stands that names real things.
        if name != "merge":
            assert raw(look(name, below), shipped()) < raw(look("merge"), shipped())


def test_names_at_the_end_of_a_long_text_are_too_late(look: Look) -> None:
    below = padding.varied(60, DESCRIPTION)
    found = gains(look("long"), look("long", below))
    assert {name: gain for name, gain in found.items() if gain > 0.05} == {}


@pytest.mark.parametrize("way", padding.HIDDEN)
def test_what_is_hidden_names_nothing(way: str, look: Look) -> None:
    below = "\n" + padding.HIDDEN[way].format(padding.varied(20, DESCRIPTION))
    for name in SKILLS:
        assert gains(look(name), look(name, below)) == {}


# What is mended

ORPHANS = "\nSee references/history.md for what changed, and clean with scripts/clean_table.sh.\n"
MENDED: Mapping[str, tuple[str, str, str, str]] = {
    "a broken link": ("faulty", "references/dialects.md", "references/limits.md", "link_integrity"),
    "a name": ("faulty", "scripts/convert.py", "scripts/clean_table.sh", "grounding"),
    "files that nothing names": (
        "faulty",
        "\n## Limits\n",
        f"{ORPHANS}\n## Limits\n",
        "reachability",
    ),
    "JSON": ("faulty", "true,}", "true}", "code_validity"),
    "Python": ("faulty", "(path:", "(path):", "code_validity"),
    "what is said twice": ("faulty", FAULTY.rpartition("Tables have")[2], "", "non_redundancy"),
    "a long section": ("long", "Word150 is", "# Second\n\nWord150 is", "section_balance"),
    "the person": (
        "faulty",
        "I can help you with tables",
        "Converts tables",
        "routing_completeness",
    ),
    "an occasion": ("vague", "writing.", f"writing. {DESCRIPTION}", "routing_completeness"),
}


@pytest.mark.parametrize("what", MENDED)
def test_mending_lowers_nothing(what: str, tmp_path: Path) -> None:
    name, old, new, measure = MENDED[what]
    files = SKILLS[name]
    assert files["SKILL.md"].count(old) >= 1
    before = of_files(tmp_path / "before" / name, files)
    mended = {**files, "SKILL.md": files["SKILL.md"].replace(old, new, 1)}
    after = of_files(tmp_path / "after" / name, mended)
    assert gains(after, before) == {}
    assert {measure, "grade"} <= gains(before, after).keys()


def test_shortening_lowers_nothing(tmp_path: Path) -> None:
    long = text(VAGUE + 40 * VAGUE, "vague", "Everything about writing. " * 30)
    before = of_files(tmp_path / "before", {"SKILL.md": long})
    after = of_files(tmp_path / "after", SKILLS["vague"])
    assert gains(after, before) == {}
    assert {"economy", "always_on", "non_redundancy"} <= gains(before, after).keys()


# What each says

WORDS = padding.OTHER[::8]
BODIES: Mapping[str, tuple[str, str, float | None]] = {
    "half of the tokens that are too many": ("economy", "x" * 15_000, 0.5),
    "a body of 2,500 tokens": ("economy", "x" * 10_000, 1.0),
    "a body that is far too long": ("economy", "x" * 30_000, 0.0),
    "no link": ("link_integrity", "Text.", None),
    "a sound link": ("link_integrity", "[a](SKILL.md)", 1.0),
    "a broken link": ("link_integrity", "[a](b.md) [a](b.md) [c](SKILL.md)", 0.8),
    "four broken links": ("link_integrity", "[a](b.md) [a](c.md) [a](d.md) [a](../e.md)", 0.5),
    "more links than are looked up": ("link_integrity", "[a](SKILL.md)\n" * 3_001, 0.0),
    "no code": ("code_validity", "Text.", None),
    "code of another language": ("code_validity", "```ruby\nputs(\n```", None),
    "code that parses": ("code_validity", "```python\nawait f(x)\n```\n\n```json\n{}\n```", 1.0),
    "code that does not": ("code_validity", "```yaml\na: [1\n```", 0.8),
    "two that do not": ("code_validity", "```toml\na =\n```\n\n```json\n{'a': 1}\n```", 4 / 6),
    "a fence that is never closed": ("code_validity", "```python\nx = (\n", None),
    "lines of JSON": ("code_validity", '```json\n{"a": 1}\n{"a": 2}\n```', 1.0),
    "members of JSON": ("code_validity", '```json\n"a": 1,\n"b": 2,\n```', 1.0),
    "code to be filled in": ("code_validity", '```json\n{"a": <name>, ...}\n```', None),
    "f-strings": ("code_validity", '```python\na = f"{b}"\nc = f"{d["e"]}"\n```', 1.0),
    "a session": ("code_validity", "```python\n>>> 1 +\n```", None),
    "a body that is a comment": ("code_validity", "```python\nfor x in y:\n    # use x\n```", 1.0),
    "examples of YAML": ("code_validity", "```yaml\na: 1\n\na: 2\n```", 1.0),
    "documents of YAML": ("code_validity", "```yaml\na: 1\n---\na: 2\n```", 1.0),
    "deep code": ("code_validity", f"```python\n{'(' * 5_000}\n```", None),
    "minus and minus": ("code_validity", f"```python\n{'-' * 5_000}1\n```", None),
    "names of names": ("code_validity", f"```python\n{'a.' * 900}a\n```", 1.0),
    "long code": ("code_validity", f"```json\n{'[1],' * 2_000}\n```", None),
    "too much code": ("code_validity", f"```json\n{'1,' * 2_900}\n```\n\n" * 12, 4 / 7),
    "no file that is named": ("grounding", "Text.", None),
    "a file that is not there": ("grounding", "Run `scripts/a.sh`. Read `scripts/a.sh`.", 0.8),
    "few words": ("non_redundancy", "one two three", None),
    "the same again": ("non_redundancy", f"{' '.join(map(str, range(108)))}\n" * 2, 200 / 301),
    "no text": ("section_balance", "```\na\n```", None),
    "a long section": ("section_balance", "# A\n" + "word\n" * 1_600, 0.5),
    "two sections": ("section_balance", ("# A\n" + "word\n" * 598) * 2, 1.0),
    "code in a section": ("section_balance", "```\n" + "word\n" * 1_600 + "```\nText.", 1.0),
    "ten names": ("anchor_density", "".join(f"`{w[0]}alpha` {w}\n" for w in WORDS), 0.5),
    "four names": ("anchor_density", "".join(f"`{w[0]}alpha` {w}\n" for w in WORDS[:4]), 0.2),
    "many names": ("anchor_density", "".join(f"`{w}alpha` {w}s {w}\n" for w in WORDS * 2), 0.5),
    "names of which nothing is said": ("anchor_density", "`kappa` `gamma`\n`delta`\n", 0.0),
    "names of which the same is said": (
        "anchor_density",
        "".join(f"The anchor of `{w}alpha`.\n" for w in WORDS),
        0.05,
    ),
    "the same name": ("anchor_density", "`ab1` anchor `AB2` barrel `ab33` candle\n" * 9, 0.05),
    "files that are not there": ("anchor_density", "`scripts/pdf.py` references/pdf.md", 0.0),
    "general talk": ("anchor_density", "word " * 360, 0.0),
    "names and general talk": (
        "anchor_density",
        "".join(f"`{w[0]}alpha` {w}\n" for w in WORDS) + "word " * 360,
        0.5 * 0.5 * (1 - 300 / 380),
    ),
    "names in code": (
        "anchor_density",
        "```sh\nqpdf --pages a.pdf\n```\n\n```py\npdf.merge(a)\nprint(1)\n```\nhttps://qpdf.org/docs",
        0.15,
    ),
    "three instructions": (
        "instructions",
        "Split `qpdf` keys. It has `mu`.\n- **Never** call `pdf rm` bits\n| Use `zpdf` bytes |\n",
        1.5 / 6,
    ),
    "an instruction about what was named": (
        "instructions",
        "The anchor is `qpdf`.\nSplit `qpdf` barrels.",
        0.0,
    ),
    "commands": ("instructions", "```bash\ngit merge main\nnpm ci\n```", 1 / 6),
    "instructions about nothing": ("instructions", "Always check. Never skip. Use care.", 0.0),
    "instructions far away": (
        "instructions",
        "".join(f"Run `{w[0]}alpha` {w}.\n" for w in WORDS[:6]) + "word\n" * 450,
        0.5 * 0.5 * (1 - 390 / 468),
    ),
    "a check": ("verifiability", "Verify that `pdf --check` prints nothing.", 0.5 / 3),
    "a check and its code": ("verifiability", "Check it:\n\n```sh\nmutool info\n```", 0.5 / 3),
    "checks far away": (
        "verifiability",
        "".join(f"Expect `{w[0]}alpha` {w}.\n" for w in WORDS[:3]) + "word\n" * 900,
        0.5 * 0.5 * (1 - 840 / 909),
    ),
    "code far below a check": ("verifiability", "Check it.\n\n\n\n\n```sh\nmutool info\n```", 0.0),
    "a check of nothing": ("verifiability", "1. Verify that it works.", 0.0),
}


@pytest.mark.parametrize("what", BODIES)
def test_what_is_said_of_a_body(what: str, tmp_path: Path) -> None:
    name, body, expected = BODIES[what]
    found = of_files(tmp_path, {"SKILL.md": text(body)})[name]
    assert found.value == (None if expected is None else pytest.approx(expected)), found.why
    assert found.why


DESCRIPTIONS: Mapping[str, tuple[str, str, float | None]] = {
    "400 characters": ("always_on", "x" * 400, 1.0),
    "712 characters": ("always_on", "x" * 712, 0.5),
    "1,024 characters": ("always_on", "x" * 1_024, 0.0),
    "none": ("always_on", "", None),
    "no description": ("routing_completeness", " ", 0.0),
    "all of it": ("routing_completeness", DESCRIPTION, 1.0),
    "no limit": ("routing_completeness", DESCRIPTION.partition(" Not for")[0], 0.75),
    "empty words": ("routing_completeness", "Merges. Use when needed. Not for others.", 0.5),
    "a limit to when": (
        "routing_completeness",
        "Merges. Use when PDF files are to become one document without a cloud service.",
        0.75,
    ),
    "only a limit": (
        "routing_completeness",
        "Merges. Do not use when PDF files have a password.",
        0.75,
    ),
    "guidance": (
        "routing_completeness",
        "Provides guidance. Use when PDF files break often.",
        0.75,
    ),
    "the wrong person": ("routing_completeness", "I can help you.", 0.0),
    "another language": ("routing_completeness", "\u5408\u5e76\u591a\u4e2a\u6587\u4ef6", None),
    "verbs of another language": ("instructions", "\u5408\u5e76\u591a\u4e2a\u6587\u4ef6", None),
    "checks of another language": ("verifiability", "\u5408\u5e76\u591a\u4e2a\u6587\u4ef6", None),
}


@pytest.mark.parametrize("what", DESCRIPTIONS)
def test_what_is_said_of_a_description(what: str, tmp_path: Path) -> None:
    name, description, expected = DESCRIPTIONS[what]
    found = of_files(tmp_path, {"SKILL.md": text("Text.", description=description)})[name]
    assert found.value == (None if expected is None else pytest.approx(expected)), found.why


def test_what_is_said_of_files(look: Look) -> None:
    assert look("merge")["reachability"] == Reading(1.0, "files named nowhere: 0 of 2")
    assert look("faulty")["reachability"].value == pytest.approx(4 / 6)
    assert look("vague")["reachability"].value is None
    evidence = look("merge")["eval_coverage"]
    assert evidence.value == pytest.approx((1 / 64 + 1 / 64) / 3)
    assert evidence.why == "queries for it: 1; near it, not for it: 1; tasks to assess: 0"
    assert look("vague")["eval_coverage"].value == 0


BESIDE: Mapping[str, tuple[str, str, float]] = {
    "as it is": ("Run qpdf --linearize on it.", "`qpdf --linearize`", 1.0),
    "its words alone": ("Linearize it with qpdf.", "`qpdf --linearize`", 0.5),
    "a part of a longer name": ("The my-pdf-toolbox.", "`pdf-tool`", 0.5),
    "a bare word in the text": ("It linearizes.", "`linearizes`", 0.5),
    "a bare word that is marked": ("Run `mutool` on it.", "`mutool`", 1.0),
    "a bare word that is marked once": ("Run `mutool`, for mutool can.", "`mutool`", 0.5),
    "a file": ("Text.", "`references/options.md`", 1.0),
    "its name alone": ("Text.", "`options.md`", 1.0),
    "code of the description": ("Text.", "`pdf_lib.merge`", 1.0),
    "words of the description": ("Text.", "`PDF-merges`", 0.5),
    "the skill itself": ("The pdf-joiner.", "`pdf-joiner`", 0.5),
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_bears_a_name_out(what: str, tmp_path: Path) -> None:
    beside, name, expected = BESIDE[what]
    skill = text(f"Anchors have {name}.\n", "pdf-joiner", "Merges PDF files with pdf_lib.merge.")
    files = {"SKILL.md": skill, "references/options.md": beside}
    found = of_files(tmp_path, files)["anchor_density"]
    assert found.value == pytest.approx(expected / 10)


@pytest.mark.parametrize("kind", padding.JUNK)
def test_requests_that_nobody_has_are_hardly_evidence(kind: str, tmp_path: Path) -> None:
    evals = padding.junk_evals(DESCRIPTION, kind)
    files = {"SKILL.md": text(MERGE), "evals/evals.json": evals}
    found = of_files(tmp_path, files)["eval_coverage"].value
    assert found is not None
    # Of words that are chosen well, no code can tell that nobody would put them so.
    assert found <= (2 / 3 if kind == "words of the description" else 0.02)


def test_requests_that_somebody_may_have_are_evidence(tmp_path: Path) -> None:
    wanted = (
        *("put these three PDF files into one", "merge the scans of march and april"),
        *("one document of invoice.pdf and terms.pdf", "rotate page 2 of the contract"),
        *("leave out the last page of report.pdf", "reorder the chapters of my thesis PDF"),
        *("qpdf says the file is encrypted, what now", "join my two bank statements, PDFs both"),
    )
    unwanted = (
        *(
            "fill in this PDF form",
            "make a PDF of my Word document",
            "count the pages about Berlin",
        ),
        *("sign the PDF contract", "translate the pages into German", "OCR these scanned PDFs"),
        *("shrink the file, it is 20 MB", "who wrote the document?"),
    )
    queries = [{"query": each, "should_trigger": True} for each in wanted]
    queries += [{"query": each, "should_trigger": False} for each in unwanted]
    tasks = [
        {"prompt": prompt, "assertions": [f"The file {number}.pdf has {number + 4} pages"]}
        for number, prompt in enumerate(wanted[:5])
    ]
    evals = json.dumps({"queries": queries, "evals": tasks})
    files = {"SKILL.md": text(MERGE), "evals/evals.json": evals}
    found = of_files(tmp_path, files)["eval_coverage"]
    assert found == Reading(1.0, "queries for it: 8; near it, not for it: 8; tasks to assess: 5")


def test_it_is_said_how_many_requests_are_too_much_like_another(tmp_path: Path) -> None:
    tasks = [
        {
            "prompt": f"merge the PDF scans of {month} into one file",
            "assertions": [f"the pages of {month} are there"],
        }
        for month in ("march", "april", "june", "july", "august", "october", "march")
    ]
    files = {"SKILL.md": text(MERGE), "evals/evals.json": json.dumps({"evals": tasks})}
    why = of_files(tmp_path, files)["eval_coverage"].why
    # That of march again has no assertion of its own.
    assert why.endswith("tasks to assess: 1; too much like another to count: 5")


def test_nothing_is_measured_where_the_frontmatter_cannot_be_read(tmp_path: Path) -> None:
    found = of_files(tmp_path, {"SKILL.md": f"---\nname: [\n---\n{MERGE}"})
    assert {reading.value for reading in found.values()} == {None}
    assert found.keys() == MEASURES.keys()
    assert raw(found, shipped()) == 0


def test_a_skill_is_measured_alike_wherever_it_lies(tmp_path: Path, look: Look) -> None:
    assert of_files(tmp_path / "elsewhere/pdf", SKILLS["merge"]) == look("merge")


def test_a_body_beyond_what_is_looked_at(look: Look) -> None:
    far = "word\n" * 60_000
    assert (
        look("merge", far + "`aa` " * 9)["anchor_density"] == look("merge", far)["anchor_density"]
    )
    assert look("open-fence", far)["section_balance"].value == 1.0
    assert look("merge", "word " * 60_000)["non_redundancy"].value is not None


def test_each_measure_is_a_file_with_a_manual() -> None:
    folder = Path(measures.__file__).parent
    files = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert files == set(MEASURES)
    for measure in measures.ALL:
        manual = measure.manual or ""
        assert manual.partition("\n")[0].endswith(".")
        assert all(f"\n{part}: " in manual for part in ("Formula", "Source", "Padding"))
