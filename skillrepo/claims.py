"""A text → what it says that can be looked up: commands, flags, paths, versions, URLs, variables.

What everybody knows is no claim (`cd`, `$HOME`, `/tmp`), nor is what stands for something else
(`FILE`, `<name>`, `path/to/x`, example.com). Of code that no shell reads, only what has a form of
its own is a claim: URLs, versions, and variables that are read from the environment.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from skillrepo import markdown
from skillrepo.markdown import CodeBlock
from skillrepo.words import word_set

MARK = "unverified"
"""A line that says this word says itself that nothing bears it out."""


class Claim(NamedTuple):
    """`kind` is command, flag, path, version, URL or variable; `line` counts from 1.

    Where `marked`, its line or the one above says that it is `MARK`.
    """

    kind: str
    text: str
    line: int
    marked: bool = False


class Code(NamedTuple):
    """A line of code, of a shell's with those that continue it."""

    line: int
    text: str
    shell: bool


_SHELL = word_set("bash sh shell zsh fish console shell-session shellsession terminal")
_PRINTED = word_set(
    "text txt plaintext output log mermaid plantuml dot diff tree ascii markdown md"
)
_INFO = re.compile(r"[\s{.]*([A-Za-z0-9_+#-]{1,20})")
# Every program has them.
_COMMON_FLAGS = frozenset({"--help", "--version"})
_PROMPT = re.compile(r"^\s*(?:(?:\$|%|>|PS>) +)?")
_COMMENT = re.compile(r"(?:^|\s)#(?!\w*\}).*")
_TYPED = re.compile(r"(?:\$ |(?:sudo )?[a-z][\w.+-]{1,30}(?: [a-z][\w:-]*){0,3} --?[A-Za-z])")
_PIPES = re.compile(r"&&|(?<=\s)\|{1,2}(?=\s)|;|\$\(|`")
_MOST_JOINED = 100
_FUNCTION = re.compile(r"([\w-]{1,60})\s?\(\)\s?\{")
_ASSIGNS = re.compile(r"[A-Za-z_]\w*=\S*")
_SPAN = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\n]{1,300})\1(?!`)")
_LINK = re.compile(r"\]\([^()\s]{1,1000}\)")

_URL = re.compile(r"https?://[^\s<>\"'`|\\^\[\]{}]{1,500}")
_NO_URL = re.compile(
    r"^https?://(?:localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|\[?::1|[^/]*\bexample\b|[^/]*\.local\b"
    r"|[^/.:]+(?:[:/]|$)|(?:your|my|some)[\w-]*\.|[^/]*\.(?:test|invalid|internal)\b)"
    r"|\.\.\.|\u2026|\b(?:your|my)[-_]|\bYOUR|/(?:user|owner|org|username|organization)/|%s|/(?:foo|bar)\b|[A-Z]{4,}_[A-Z]",
    re.IGNORECASE,
)
_FLAG = re.compile(r"(?<![\w/.-])--[A-Za-z][\w-]{0,60}(?![\w:(])")
_PROGRAM = re.compile(r"[a-z][\w.+-]{1,40}")
_SUBCOMMAND = re.compile(r"[a-z][a-z0-9]*(?:[:-][a-z0-9]+){0,5}")
_PACKAGE = re.compile(r"@?[A-Za-z][\w.-]*(?:/[\w.-]+)*")
_PATH = re.compile(r"(?:~|\.{0,2})/?[\w.@+-]+(?:/[\w.@+-]+)*/?")
_PROSE_PATH = re.compile(r"(?<![\w/.:@)<~-])(?:~|\.{1,2})?/[\w.@+-]+(?:/[\w.@+-]+)+/?")
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_SETTINGS = re.compile(r"\.(?:ya?ml|json|toml|ini|cfg|conf|lock|xml|properties)$|^\.[a-z]+rc$")
_MEDIA = re.compile(
    r"\.(?:pdf|png|jpe?g|gif|svg|webp|mp[34]|wav|mov|csv|tsv|xlsx?|docx?|pptx?|txt|log|zip|gz|html?"
    r"|out|bin|dat|wasm)$",
    re.IGNORECASE,
)
_STANDS_FOR = re.compile(
    r"^(?:path|to|your\w*|v?x{2,}|my|foo|bar|baz|qux|x+|y+|some|any|example\w*|sample\w*|input\w*|output\w*|"
    r"file\w*|dir|directory|folder|project|name|user\w*|tmp|temp|todo|new|old|[a-z])(?=$|[._-])",
    re.IGNORECASE,
)
_DEEP = 3
_SCRATCH = re.compile(r"^/?(?:tmp|dev/(?:null|std\w+|u?random)|proc/self)\b|node_modules/")
_MEDIA_TYPE = re.compile(r"(?:application|text|image|audio|video|multipart|font)/[\w.+-]+")
_VERSION = re.compile(
    r"(?P<sign>[<>=~^!]=? ?|@)?(?<![\w.\u2013/$\u20ac-])"
    r"(?P<version>(?P<v>[vV])?\d{1,4}(?:\.\d{1,5}){1,3}"
    r"(?:[-.]?(?:alpha|beta|rc|dev|post|preview)[-.]?\d{0,4})?)"
    r"(?P<plus>\+)?(?![\w%]|\.\d|-\d|:\d|\s?[kKMGT]?B\b)"
)
_NAMED = re.compile(
    r"(?:\b[Vv]ersions?|\b[A-Z][A-Za-z+#.]{1,20}|\b[a-z]{2,15}(?=\s?[\u2265>])|@)[\s`\u2265]{0,3}$"
)
_NO_VERSION = re.compile(
    r"(?:\b(?:Step|Section|Figure|Fig\.?|Chapter|Table|Part|Phase|Task|Rule|Score|Ratio|At|In|Above|"
    r"Below|Under|Over|About|To|From|The|Is|Of|And|Or|Than|Minimum|Maximum|Max|Min|Target|Total|"
    r"Contrast|Level|Appendix|Example|Item|Question|Day|Week|Layer|Stage)|[A-Z]{2,}[:=])[\s:`*]{0,3}$"
)
_ACTION = re.compile(r"(?<=[\w-]@)v\d+\b")
_FIRST = frozenset({"0.0.0", "0.0.1", "0.1.0", "1.0.0", "1.0", "1.1.0", "1.2.0", "1.2.3", "2.0.0"})
_VARIABLE = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
_READS = re.compile(
    rf"(?:process\.env\.|process\.env\[['\"]|environ\[['\"]|environ\.get\(['\"]|getenv\(['\"]"
    rf"|env::var\(['\"]|Getenv\(['\"]|ENV\[['\"]|import\.meta\.env\.|\$\{{?)({_VARIABLE})\b"
)
_SETS = re.compile(rf"(?:^|[\s;])(export |-e |set )?({_VARIABLE})(?:=|: )")
_WHOLE_VARIABLE = re.compile(rf"\$?\{{?({_VARIABLE})\}}?(?:=\S*)?")
_NO_VARIABLE = re.compile(r"^(?:YOUR|MY|SOME|THE|EXAMPLE|FOO|BAR|PATH_TO|NAME_OF)_|_HERE$")

# Programs and words of shells that are known wherever there is a shell.
_EVERYDAY = word_set("""
    awk basename bash begin bg break case cat cd chmod chown clear column comm command continue cp
    curl cut date declare df diff dirname do done du echo egrep elif else end env esac eval exec
    exit export expr false fg fgrep fi file find fish for function grep groups gunzip gzip head help
    history hostname id if in install jobs join kill less ln local locate ls make man md5sum mkdir
    mktemp more mv nano nl node od paste patch pkill printf ps pushd popd pwd python python3 read
    readlink realpath return rm rmdir rsync scp sed seq set sh sha256sum shift sleep sort source
    split ssh stat sudo tail tar tee test then time timeout top touch tr trap tree true type uname
    uniq unset until unzip vi vim wait watch wc wget which while who whoami xargs yes zip zsh
""")
# What counts is what they are called with.
_EVERYDAY_PAIRS = frozenset(
    ("git clone", "pip install", "npm install", "npm run", "npm test", "brew install")
)
_BEFORE = word_set("sudo time nohup exec env command")
_INSTALL = frozenset({"install"})
# What brings a package in, with the words after which its name follows.
INSTALLERS = {
    **dict.fromkeys(("pip", "pip3", "pipx", "gem", "brew", "apt", "apt-get", "cargo"), _INSTALL),
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), _INSTALL | {"i", "add"}),
    "uv": {"add"},
    "go": {"get", "install"},
    "npx": {""},
    "uvx": {""},
    "bunx": {""},
}
_KNOWN_VARIABLES = word_set("""
    COMP_WORDS GITHUB_OUTPUT GITHUB_ENV GITHUB_TOKEN BASH_SOURCE LD_LIBRARY_PATH LC_ALL
    XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME
""")


def stands_for(word: str) -> bool:
    """Whether a word, or the part of a path, stands for any other: `foo`, `your-file`, `x`."""
    return _STANDS_FOR.match(word) is not None


def command(line: str) -> str | None:
    """The program that a line of a shell calls first, with its subcommand or what it installs."""
    words = [word.strip("\"'(),") for word in _PROMPT.sub("", line[:200]).split()[:12]]
    return _command(words) if words and not words[0].startswith("#") else None


def in_markdown(text: str, first_line: int = 1) -> Iterator[Claim]:
    """The claims of Markdown without frontmatter, in order, repeats kept."""
    parsed = markdown.parse(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    code = [line for block in parsed.code for line in _code(block)]
    inside = {n for block in parsed.code for n in range(block.line, block.end_line + 1)}
    found = list(_in_lines(code))
    headings = {heading.line for heading in parsed.headings}
    for number, line in enumerate(lines, 1):
        if number not in inside:
            found += _in_prose(line, number, heading=number in headings)
    found += _variables(code)
    found.sort(key=lambda claim: claim.line)
    return (_placed(claim, lines, first_line) for claim in found)


def in_code(text: str, *, of_shell: bool) -> Iterator[Claim]:
    """The claims of a program, in order, repeats kept."""
    lines = text.split("\n")
    code = list(_joined(lines, 1, shell=of_shell))
    found = [*_in_lines(code), *_variables(code)]
    found.sort(key=lambda claim: claim.line)
    return (_placed(claim, lines, 1) for claim in found)


def _in_lines(code: list[Code]) -> Iterator[Claim]:
    """The claims of code, without calls of the functions that it defines itself."""
    own = {match[1] for line in code for match in _FUNCTION.finditer(line.text[:2_000])}
    for line in code:
        for claim in _in_code(line):
            if claim.kind != "command" or claim.text.split()[0] not in own:
                yield claim


def _placed(claim: Claim, lines: list[str], first_line: int) -> Claim:
    around = lines[max(0, claim.line - 2) : claim.line]
    marked = any(MARK in line.casefold() for line in around)
    return claim._replace(line=claim.line + first_line - 1, marked=marked)


def _code(block: CodeBlock) -> Iterator[Code]:
    match = _INFO.match(block.info or "")
    language = match[1].lower() if match else ""
    lines = block.text.removesuffix("\n").split("\n")
    first = block.line if block.info is None else block.line + 1
    if language in _PRINTED:
        return
    shell = language in _SHELL
    if not language:
        # Without a language, each line that is a call.
        for number, line in enumerate(lines, first):
            yield Code(number, line, shell=bool(_TYPED.match(line.strip())))
        return
    yield from _joined(lines, first, shell=shell)


def _joined(lines: list[str], first: int, *, shell: bool) -> Iterator[Code]:
    """Lines of code, of a shell's each with those that continue it; without here-documents."""
    start, held, until = first, "", ""
    for number, line in enumerate(lines, first):
        if until:
            until = "" if line.strip() == until else until
            continue
        if not held:
            start = number
        if shell and line.rstrip().endswith("\\") and number - start < _MOST_JOINED:
            held += f"{line.rstrip()[:-1]} "
            continue
        yield Code(start, held + line, shell)
        if shell and (document := re.search(r"<<-?\s*['\"]?(\w+)", held + line)):
            until = document[1]
        held = ""
    if held:
        yield Code(start, held, shell)


def _in_code(code: Code) -> Iterator[Claim]:
    text = code.text[:2_000]
    yield from _urls(text, code.line)
    text = _URL.sub(" ", text)
    if code.shell:
        yield from _in_shell(_COMMENT.sub("", text), code.line)
    yield from _versions(text, code.line)


def _in_shell(text: str, line: int) -> Iterator[Claim]:
    yield from _flags(text, line)
    for part in _PIPES.split(_PROMPT.sub("", text)):
        words = [word.strip("\"'(),") for word in part.split()]
        while words and (words[0] in _BEFORE or _ASSIGNS.fullmatch(words[0])):
            del words[0]
        if command := _command(words):
            yield Claim("command", command, line)
        for word in words:
            value = word.partition("=")[2] if word.startswith("-") else word
            if "/" in value and _is_path(value):
                yield Claim("path", value, line)


def _command(words: list[str]) -> str | None:
    """The program that is called, with its subcommand or the package that it installs."""
    program, *rest = words or [""]
    if program in _EVERYDAY or not _PROGRAM.fullmatch(program):
        return None
    if rest and rest[0] in {"=", ":", "==", "{"}:
        return None
    plain = [word for word in rest if not word.startswith("-")]
    first = plain[0] if plain else ""
    for word in INSTALLERS.get(program, ()):
        package = plain[1:2] if word and first == word else plain[:1] if not word else []
        if "-r" in rest:
            return None
        if package and _PACKAGE.fullmatch(package[0]) and not _STANDS_FOR.match(package[0]):
            return " ".join((program, *([word] if word else []), package[0]))
    if rest and rest[0] == first and _SUBCOMMAND.fullmatch(first) and not _STANDS_FOR.match(first):
        program = f"{program} {first}"
    return None if program in _EVERYDAY_PAIRS else program


def _in_prose(line: str, number: int, *, heading: bool) -> Iterator[Claim]:
    line = line[:5_000]
    yield from _urls(line, number)
    line = _LINK.sub("]", _URL.sub(" ", line))
    for match in _SPAN.finditer(line):
        yield from _in_span(match[2].strip(), number)
    prose = _SPAN.sub(" ` ", line)
    yield from _flags(prose, number)
    for match in _PROSE_PATH.finditer(prose):
        path = match[0].rstrip(".,")
        if _is_path(path) and (
            path[0] != "/" or _EXTENSION.search(path) or len(path.split("/")) > _DEEP
        ):
            yield Claim("path", path, number)
    # Headings are numbered.
    if not heading:
        yield from _versions(line, number)


def _in_span(text: str, line: int) -> Iterator[Claim]:
    """What stands in inline code: a call if it has an option, else one thing."""
    if " " in text:
        if _TYPED.match(_PROMPT.sub("", text)):
            yield from _in_shell(text, line)
        else:
            yield from _flags(text, line)
    elif text.startswith("--"):
        yield from _flags(text, line)
    elif (match := _WHOLE_VARIABLE.fullmatch(text)) and _is_variable(match[1]):
        yield Claim("variable", match[1], line)
    elif _is_path(text):
        yield Claim("path", text, line)


def _flags(text: str, line: int) -> Iterator[Claim]:
    for match in _FLAG.finditer(text):
        if match[0] not in _COMMON_FLAGS:
            yield Claim("flag", match[0], line)


def _urls(text: str, line: int) -> Iterator[Claim]:
    for match in _URL.finditer(text):
        following = text[match.end() : match.end() + 1]
        url = match[0].rstrip(".,;:!?*_")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?*_")
        # What goes on with a placeholder is not the whole address.
        if following not in {"{", "<", "["} and not _NO_URL.search(url) and "$" not in url:
            yield Claim("URL", url, line)


def _versions(text: str, line: int) -> Iterator[Claim]:
    for match in _VERSION.finditer(text):
        version = match["version"]
        number = version.lstrip("vV")
        before = text[max(0, match.start() - 40) : match.start()]
        dots = number.count(".")
        told = match["v"] or match["plus"] or match["sign"] in {"^", "~", "@", "==", "~=", "~> "}
        compared = match["sign"] and _NAMED.search(before)
        named = _NAMED.search(before) and not _NO_VERSION.search(before)
        is_address = dots == 3 and number.replace(".", "").isdigit()  # noqa: PLR2004 - of four parts
        # As the items of a standard are numbered.
        is_item = before.endswith("(") and text[match.end() :].startswith(")")
        if number in _FIRST or is_item or is_address or re.match(r"(?:19|20)\d\d\.\d", number):
            continue
        if told or compared or named or dots > 1:
            yield Claim("version", version, line)
    for match in _ACTION.finditer(text):
        yield Claim("version", match[0], line)


def _variables(code: list[Code]) -> Iterator[Claim]:
    """Variables of the environment that code reads or sets; not those of a script of its own."""
    set_here = [match for line in code for match in _SETS.finditer(line.text[:2_000])]
    # What is made of another variable is not one that a user is told to set.
    own = {
        match[2]
        for match in set_here
        if not match[1] or "$" in match.string[match.end() :].partition(" ")[0]
    }
    for line in code:
        text = line.text[:2_000]
        names = [match[1] for match in _READS.finditer(text)]
        if line.shell:
            names += [match[2] for match in _SETS.finditer(text) if match[1]]
        for name in dict.fromkeys(names):
            if name not in own and _is_variable(name):
                yield Claim("variable", name, line.line)


def _is_variable(name: str) -> bool:
    return name not in _KNOWN_VARIABLES and not _NO_VARIABLE.search(name)


def _is_path(text: str) -> bool:
    """Whether a word names a place in a file system that is not made up for an example."""
    if len(text) > 200 or not _PATH.fullmatch(text) or _MEDIA_TYPE.fullmatch(text):  # noqa: PLR2004
        return False
    parts = [part for part in text.split("/") if part not in {"", ".", "..", "~"}]
    if not parts or _SCRATCH.search(text) or any(map(_STANDS_FOR.match, parts)):
        return False
    return _is_place(text, parts) if "/" in text else bool(_SETTINGS.search(text))


def _is_place(text: str, parts: list[str]) -> bool:
    if _MEDIA.search(text) or not re.search(r"[A-Za-z]{2}", text):
        return False
    if _EXTENSION.search(parts[-1]):
        return True
    if len(parts) == 1:
        return text[0] in "/~" and text[-1] != "/" and text.islower()
    return text.startswith(("/", "~/", "./", "../")) or text.endswith("/")
