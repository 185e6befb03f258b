import pytest

from skillrepo.claims import Claim, in_code, in_markdown


def found(text: str) -> list[tuple[str, str]]:
    return [(claim.kind, claim.text) for claim in in_markdown(text)]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Run `qpdf --check --no-warn a.pdf`.", {"command qpdf", "flag --check", "flag --no-warn"}),
        ("Use `--linearize=y` or --split-pages.", {"flag --linearize", "flag --split-pages"}),
        ("See [it](https://a.dev/b_(c)). Or <https://d.dev/>!", {"URL https://a.dev/b_(c)"}),
        ("It lies at /etc/qpdf/main.conf, or `~/.qpdfrc`.", {"path /etc/qpdf/main.conf"}),
        ("Edit `pyproject.toml` and `src/app/main.rs`.", {"path pyproject.toml"}),
        ("Needs Python 3.11+, node >= 20.1 and qpdf v11.9.1.", {"version 3.11", "version v11.9.1"}),
        ("Set `QPDF_HOME`, or `$QPDF_CACHE`.", {"variable QPDF_HOME", "variable QPDF_CACHE"}),
        ("```sh\n$ qpdf --empty \\\n    --pages a.pdf\n```", {"command qpdf", "flag --pages"}),
        ("```sh\npip install -U pikepdf\n```", {"command pip install pikepdf"}),
        ("```console\nsudo A=b gh pr create | jq .\n```", {"command gh pr", "command jq"}),
        ("```yaml\nuses: actions/checkout@v4\nimage: a/b:6.4.4\n```", {"version v4"}),
        ("```python\nos.environ['API_ADDRESS']\n```", {"variable API_ADDRESS"}),
        ("    qpdf --decrypt a.pdf", {"command qpdf", "flag --decrypt"}),
        ("```\nqpdf --decrypt a.pdf\nokay\n```", {"command qpdf", "flag --decrypt"}),
    ],
)
def test_what_is_claimed(text: str, claims: set[str]) -> None:
    assert claims <= {" ".join(each) for each in found(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Plain words, and/or more; client/server -- so.",
        "See https://example.com/a, http://localhost:80/ and https://<host>/x.",
        "See https://github.com/user/repo.",
        "`path/to/file.txt` `input.csv` `/tmp/x/y` `application/json` `*.py` `<name>/a.b`",
        "It takes 1.5 seconds, scores 0.95, costs $3.50 and grows 2.5x; see Section 3.4.",
        "The item (17.5.1) of 2024.05.",
        "### 2.1.3 A heading",
        "```sh\ncd x\nls -l\nexport PATH=$PATH:/tmp/bin\nNAME_X=1\necho $NAME_X $HOME\n```",
        "```css\na { color: var(--main-color); width: 1.5em }\n```",
        "```text\nqpdf --printed /etc/printed.conf\n```",
        "```sh\nset_up() {\n  true\n}\nset_up\ncat <<EOF\nqpdf --inside\nEOF\n```",
        "`YOUR_API_KEY` `$HOME` `--help` `--version`",
        "Version 1.0.0 and 127.0.0.1.",
    ],
)
def test_what_is_no_claim(text: str) -> None:
    assert found(text) == []


def test_lines_and_marks() -> None:
    text = "a `--one`\n\n```sh\nqpdf \\\n --two  # unverified\n```\n\n(unverified)\n`--three`\n"
    claims = list(in_markdown(text, first_line=11))
    assert claims == [
        Claim("flag", "--one", 11),
        Claim("flag", "--two", 14),
        Claim("command", "qpdf", 14),
        Claim("flag", "--three", 19, marked=True),
    ]


def test_programs() -> None:
    assert [each.text for each in in_code("#!/bin/sh\nqpdf --x\n", of_shell=True)] == [
        "--x",
        "qpdf",
    ]
    assert [each.text for each in in_code("x = --y\nurl('https://a.dev')", of_shell=False)] == [
        "https://a.dev"
    ]


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "piece", ["a/", "`", "--a", "1.", "http://", "((", "A_", "$(", "\\\n", "a@"]
)
def test_long_nonsense_takes_no_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert len(found(text)) < 100_000
    assert len(found(f"```sh\n{text}\n```")) < 100_000
