import json
import shlex
import sys
import unicodedata

import pytest

from skillrepo.visible import inert_json, one_line, shell_word, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\nof two lines", "plain\ttext\nof two lines"),
        ("größe 蜡 🕯️", "größe 蜡 🕯️"),
        ("\x1b[2J", "<U+001B>[2J"),
        ("a\rb", "a<U+000D>b"),
        ("\x00\x07\x08\x7f\x9b", "<U+0000><U+0007><U+0008><U+007F><U+009B>"),
        ("\u202eabc\u202c", "<U+202E>abc<U+202C>"),
        ("a\u200bb\ufeff", "a<U+200B>b<U+FEFF>"),
        ("\U000e0041", "<U+E0041>"),
        ("caf\udce9", "caf<U+DCE9>"),
        ("a\u2028b", "a<U+2028>b"),
        ("a ##[error]b ##vso[x]", "a <U+0023>#[error]b <U+0023>#vso[x]"),
        ("###[x] # [y] ##y ## [z] #[u]", "#<U+0023>#[x] # [y] ##y ## [z] #[u]"),
        ("::error::a\n \t\xa0::b\nc ::d", "<U+003A>:error::a\n \t\xa0<U+003A>:b\nc ::d"),
        ("\u2028::a\n\u2028 ::b", "<U+2028>::a\n<U+2028> ::b"),
        ("", ""),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nx.md:1:1: error", "a x.md:1:1: error"),
        ("  a \t b\n", "a b"),
        ("a\r\nb", "a<U+000D> b"),
        ("a\x0bb\x85c\u2029d", "a<U+000B>b<U+0085>c<U+2029>d"),
        ("\n", ""),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_no_control_character_gets_through() -> None:
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in ("Cc", "Cs", "Zl", "Zp"):
            assert one_line(chr(code)) in ("", f"<U+{code:04X}>")
    assert one_line("".join(map(chr, range(0x2066, 0x206A)))).isascii()


@pytest.mark.parametrize("text", ["a", "a b", "$(a)", "a'b", "-a", "", 'a;b"`c`'])
def test_a_word_for_the_shell_is_that_word(text: str) -> None:
    assert shlex.split(f"git branch {shell_word(text)}")[2:] == [text]


@pytest.mark.parametrize("text", ["a\nb", "a\x1b", "\u202ea", " a", "::a", "a\tb"])
def test_what_cannot_be_shown_is_no_word(text: str) -> None:
    assert shell_word(text) == "NAME"


@pytest.mark.parametrize("text", ["##[error]a", "\\##[a", "###vso[x]##[", "#", "##", "## [a"])
def test_json_without_a_command_says_the_same(text: str) -> None:
    made = inert_json(json.dumps({text: [text]}))
    assert json.loads(made) == {text: [text]}
    assert visible(made) == made
