"""No program is hidden in encoded text.

What it checks: no text of the skill decodes base64 or hexadecimal digits and runs the outcome
(`base64 -d | sh`, `exec(base64.b64decode(…))`, `eval(atob(…))`, PowerShell's `-EncodedCommand`),
and no encoded text of 200 characters and more decodes to a program of a shell, of Python, of
JavaScript or of PowerShell. Images, certificates, signatures and data that is no program are none,
nor is what a text warns of, or shows as an attack.

Why it matters: encoding is how a payload is kept from those who read, and from those who search. An
honest script has no need of it.

How to fix it: write the program as text, in a file of the skill.

Example: `echo Y3VybCAuLi4= | base64 -d | sh`.

Source: house; https://attack.mitre.org/techniques/T1027/ tells of its use.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.wording import Text, form, texts, texts_with

_SHORTEST = 200
_LONG_WORD = 32
"""Encoded text has long runs of letters and digits between its other characters."""


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for what decodes and runs, then for long encoded texts."""
    for text in texts_with(_WORDS, skill, context):
        told: set[int] = set()
        for offset, what in _run_after_decoding(text):
            line, column = text.place(offset)
            if line not in told:
                told.add(line)
                message = f"{what}; write the program as text, in a file of the skill"
                yield Hit(line, column, message, path=text.path)
    for text in _texts_with_long_words(skill, context):
        for offset, language in _programs(text):
            if text.is_script or not text.is_example(offset):
                message = f"encoded text is a program ({language}); write it as text, in a file"
                yield Hit(*text.place(offset), message, path=text.path)


def _is_meant(text: Text, offset: int) -> bool:
    if text.is_pattern(text.place(offset).line):
        return False
    if text.is_script:
        return text.is_run(offset, is_code=not text.is_shell)
    return not text.is_example(offset)


def _texts_with_long_words(skill: Document, context: Context) -> Iterator[Text]:
    for text in texts(skill, context):
        long = (word for word in text.vocabulary.long if len(word) >= _LONG_WORD)
        if any(not word.isalpha() for word in long):
            yield text


def _run_after_decoding(text: Text) -> Iterator[tuple[int, str]]:
    for each in _FORMS:
        yield from text.matches(
            each, lambda match: _RUN if _is_meant(text, match.start()) else None
        )
    if text.vocabulary.holds(_DECODERS) and text.vocabulary.holds(_RUNNERS):
        for offset, what in _run_by_name(text.text):
            if _is_meant(text, offset):
                yield offset, what


_RUN = "what is decoded is run unseen"
_DECODED = (
    r"(?:base64[ \t]+(?:-d|-D|--decode|-di|-id)\b|xxd[ \t]+-r"
    r"|openssl[ \t]+(?:enc[ \t]+)?-?base64[ \t]+-d)"
)
_SHELL = r"(?:(?:ba|z|da|k)?sh|python[\d.]{0,4}|perl|ruby|node|php)\b(?![\w./-])"
_PYTHON = (
    r"(?:b64decode|b32decode|b85decode|a85decode|unhexlify|bytes\.fromhex|bytearray\.fromhex"
    r"|codecs\.decode"
    r"|zlib\.decompress|marshal\.loads)\("
)
_CODERS = "base64 xxd"
_PYTHONS = "b64decode b32decode b85decode a85decode unhexlify fromhex codecs zlib marshal"
_SHELLS = "sh bash zsh dash ksh python python3 perl ruby node php eval exec source"
_FORMS = (
    form(
        _RUN,
        _CODERS,
        ("base64", "xxd"),
        rf"{_DECODED}[^\n|;]{{0,80}}(?:\|[ \t]*(?:gunzip|zcat|gzip|tr|rev|xz)\b[^\n"
        rf"|]{{0,80}}){{0,2}}\|[ \t]*(?:sudo[ \t]+)?{_SHELL}",
        too=_SHELLS,
        before=40,
    ),
    form(
        _RUN,
        _CODERS,
        ("base64", "xxd"),
        rf"(?<![\w-])(?:(?:ba|z|da|k)?sh[ \t]+-\w{{0,3}}c|eval|exec)[ \t]+[\"']?(?:\$\("
        rf"|`)[^\n)`]{{0,400}}{_DECODED}",
        too=_SHELLS,
        before=460,
        after=60,
    ),
    form(
        _RUN,
        _CODERS,
        ("base64", "xxd"),
        rf"(?<![\w-])(?:(?:ba|z|k)?sh|source|\.)[ \t]+<\([^\n)]{{0,400}}{_DECODED}",
        too=_SHELLS,
        before=460,
        after=60,
    ),
    form(
        _RUN,
        "printf echo",
        ("printf", "echo"),
        rf"(?:printf|echo[ \t]+-\w{{0,2}}e)\w{{0,2}}[ \t]+[\"']?(?:\\+x[0-9a-fA-F]{{2}}){{6}}[^\n"
        rf"|]{{0,4000}}\|[ \t]*{_SHELL}",
        too="x2f x20 x68 x63 x73 x62 x2e x2d",
        before=0,
        after=4_200,
    ),
    form(
        _RUN,
        "exec eval",
        ("exec(", "eval("),
        rf"(?<![\w.'\"`])(?:exec|eval)\([ \t]{{0,4}}(?:compile\()?[\w."
        rf"()\[\]'\", \t]{{0,80}}?{_PYTHON}",
        too=_PYTHONS,
        before=0,
        after=200,
    ),
    form(
        _RUN,
        _PYTHONS,
        ("system(", "popen(", "subprocess."),
        rf"(?:\b(?:os\.system|os\.popen|subprocess\.\w{{2,12}})|\)\.(?:system"
        rf"|popen))\([ \t]{{0,4}}[\w.()\[\]'\", \t]{{0,60}}?{_PYTHON}",
        too="os subprocess system popen",
        before=4,
        after=160,
    ),
    form(
        _RUN,
        "atob base64 hex",
        ("eval(", "function(", "settimeout("),
        r"(?<![\w.'\"`])(?:eval|Function|setTimeout)\([ \t]{0,4}(?:window\.|globalThis\.)?(?:atob\("
        r"|Buffer\.from\([^\n,]{1,4000}+,[ \t]*['\"](?:base64|hex))",
        too="atob buffer",
        core=r"atob\(|,[ \t]*['\"](?:base64|hex)",
        before=0,
        after=4_200,
    ),
    form(
        _RUN,
        "powershell pwsh",
        ("powershell", "pwsh"),
        r"(?i)\b(?:powershell|pwsh)(?:\.exe)?\b[^\n|;]{0,120}?[ \t][-/]e(?:nc?"
        r"|nco\w{0,12})?[ \t]+[\"']?[A-Za-z0-9+/=]{40}",
        too="e en enc encodedcommand encoded",
        core="[A-Za-z0-9+/=]{40}",
        before=0,
    ),
    form(
        _RUN,
        "frombase64string",
        "frombase64string",
        r"(?i)\b(?:iex|invoke-expression|scriptblock\]?::create)[ \t(]{1,6}"
        r"[^\n]{0,160}frombase64string\(",
        before=240,
        after=40,
    ),
    form(
        _RUN,
        "frombase64string",
        "frombase64string",
        r"(?i)frombase64string\([^\n]{0,4000}\|[ \t]*(?:iex|invoke-expression)\b",
        before=0,
        after=4_100,
    ),
)
_RUNNERS = frozenset(b"exec eval function iex expression sh bash".split())
_DECODERS = frozenset(
    b"b64decode b32decode b85decode a85decode unhexlify fromhex marshal atob frombase64string"
    b" base64".split()
)
_WORDS = frozenset(word for each in _FORMS for word in each.words)


def _run_by_name(text: str) -> Iterator[tuple[int, str]]:
    """A name that is given what was decoded, and is run later in the same text."""
    named: dict[str, int] = {}
    for match in _assigned().finditer(text):
        named.setdefault(match[1], match.start())
    if named:
        for match in _called().finditer(text):
            if named.get(match[1], len(text)) < match.start():
                yield match.start(), f"`{match[1][:40]}` was decoded and is run unseen"


@cache
def _assigned() -> re.Pattern[str]:
    return re.compile(
        r"(?m)^[ \t]{0,40}(?:const |let |var )?\$?(\w{1,60})[ \t]*=[ \t]*[^\n#]{0,80}?(?:b64decode"
        r"|b32decode|b85decode|a85decode"
        r"|unhexlify|fromhex|marshal\.loads|atob|FromBase64String|base64[ \t]+(?:-d|--decode))\b"
    )


@cache
def _called() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w.'\"`])(?:(?:exec|eval|Function|iex|Invoke-Expression)[ \t]*(?:\("
        r"|[ \t]\"?)[ \t]{0,4}(?:compile\([ \t]{0,4})?"
        r"|(?:bash|sh)[ \t]+-c[ \t]+[\"']?)\$?(\w{1,60})\b(?![ \t]*\()"
    )


def _programs(text: Text) -> Iterator[tuple[int, str]]:
    """Where encoded text begins that decodes to a program, and the language of that."""
    for match in _blobs().finditer(text.text):
        before = text.text[max(0, match.start() - 40) : match.start()]
        if before.endswith(("base64,", "sha256-", "sha384-", "sha512-")):
            continue
        letters = "".join(match[0].split())
        if len(letters) >= _SHORTEST and (language := _language(letters)):
            yield match.start(), language


@cache
def _blobs() -> re.Pattern[str]:
    # Whole, or in lines of one length as `base64` writes them.
    return re.compile(
        r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{200,}|(?:[A-Za-z0-9+/]{56,100}[ \t]{0,8}\r?\n"
        r"[ \t]{0,8}){2,})"
        r"[A-Za-z0-9+/]{0,100}={0,2}"
    )


def _language(letters: str) -> str | None:
    """The language of the program that base64 or hexadecimal digits hold; None if there is none."""
    import binascii  # noqa: PLC0415 - most checks never come here

    data = b""
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", letters[:4096]):
        data = bytes.fromhex(letters[:4096])
    else:
        digits = letters.rstrip("=")
        data = binascii.a2b_base64(digits[: min(len(digits), 8192) // 4 * 4])
    shown = data.decode("utf-16-le" if data[1:8:2] == b"\0\0\0\0" else "utf-8", errors="replace")
    printable = sum(each.isprintable() or each in "\n\r\t" for each in shown)
    if printable < len(shown) * 0.95 or "\ufffd" in shown[:-3]:
        return None
    return next((name for name, form in _languages() if form.search(shown)), None)


@cache
def _languages() -> tuple[tuple[str, re.Pattern[str]], ...]:
    forms = {
        "shell": r"^#!|/bin/(?:ba)?sh\b|\b(?:curl|wget)[ \t]+-?\w|/dev/tcp/|\bchmod[ \t]+\+?[0-7x]"
        r"|\bnohup\b|\brm -rf\b",
        "Python": r"\bimport[ \t]+(?:os|sys|socket|subprocess|base64|urllib|requests|json|re|shutil"
        r"|pathlib)\b|\bdef \w+\(|\bexec\(",
        "JavaScript": r"\brequire\(['\"]|\bchild_process\b|=>[ \t]*\{|\bfunction\b[ \t]*\w*\("
        r"|\bprocess\.env\b",
        "PowerShell": r"(?i)\b(?:invoke-\w+|new-object|iex|start-process|downloadstring)\b",
    }
    return tuple((name, re.compile(form)) for name, form in forms.items())


RULE = Rule("X105", "encoded-payload", {"house": ERROR}, __doc__, run=run)
