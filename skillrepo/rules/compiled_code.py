"""The skill holds no compiled code.

What it checks: no file of the skill is a compiled program or library: ELF, Windows' PE, Mach-O,
Java classes and archives of them, Python's bytecode, WebAssembly, Android's dex. The first bytes
tell; where a file is too large to be read, its suffix does.

Why it matters: nobody can review what such a file does, and no search finds anything in it. A
`.pyc` beside a harmless `.py` can hold a wholly other program.

How to fix it: delete it, ship the source, or have the user install the program from a registry. For
`__pycache__`, add it to `.gitignore`.

Example: `scripts/__pycache__/merge.cpython-312.pyc`.

Source: house; the forms are those of https://en.wikipedia.org/wiki/List_of_file_signatures.
"""

from collections.abc import Iterator

from skillrepo.bundle import Bundle, Item
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule

_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_STARTS = (
    *((magic, "a program of macOS") for magic in _MACH_O),
    (b"\x7fELF", "a program of Linux"),
    (b"\0asm", "WebAssembly"),
    (b"dex\n0", "a program of Android"),
)
# A fat Mach-O begins like a Java class; there the number of its parts stands, here the version.
_FAT = b"\xca\xfe\xba\xbe"
_SUFFIXES = {
    ".pyc": "Python's bytecode",
    ".pyo": "Python's bytecode",
    ".class": "a Java class",
    ".jar": "an archive of Java classes",
    ".war": "an archive of Java classes",
    ".apk": "a program of Android",
    ".dex": "a program of Android",
    ".so": "a library of Linux",
    ".dylib": "a library of macOS",
    ".dll": "a library of Windows",
    ".exe": "a program of Windows",
    ".msi": "an installer of Windows",
    ".scr": "a program of Windows",
    ".node": "a library for Node.js",
    ".wasm": "WebAssembly",
    ".whl": "a package of Python",
}
_ZIPS = (".jar", ".war", ".apk", ".whl")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at the first bytes of each file."""
    bundle = context.bundle(skill)
    for item in bundle.items:
        if item.kind == "file" and (what := _what(item, bundle)):
            message = f"is {what}, which nobody can review; ship the source in its place"
            yield Hit(1, 1, message, path=item.path)


def _what(item: Item, bundle: Bundle) -> str | None:
    """What a file is, if it is compiled."""
    named = _SUFFIXES.get(item.suffix)
    data = bundle.data(item)
    if data is None:
        return named
    for magic, what in _STARTS:
        if data.startswith(magic):
            return what
    if data.startswith(_FAT):
        return (
            "a Java class"
            if data[4:6] == b"\0\0" and data[7:8] >= b"\x2b"
            else "a program of macOS"
        )
    if data.startswith(b"MZ") and data[int.from_bytes(data[60:64], "little") :][:2] in (
        b"PE",
        b"NE",
        b"LE",
    ):
        return "a program of Windows"
    if item.suffix in (".pyc", ".pyo") and data[2:4] == b"\r\n":
        return named
    return named if item.suffix in _ZIPS and data.startswith(b"PK\x03\x04") else None


RULE = Rule("X109", "compiled-code", {"house": ERROR}, __doc__, run=run)
