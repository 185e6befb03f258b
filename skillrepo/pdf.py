"""The text of a PDF, by pypdf, in a process of its own: what is hostile ends with that process."""

import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from io import BytesIO

MAX_BYTES = 20_000_000
MAX_PAGES = 1_000
MAX_CHARACTERS = 2_000_000
SECONDS = 60.0
"""For all PDFs of a run together."""

_MEMORY = 1 << 30
_PROBLEMS = {
    10: "is encrypted; save it without a password first",
    11: f"has more than {MAX_PAGES:,} pages; name a part of it",
    12: f"has more than {MAX_CHARACTERS:,} characters; name a part of it",
    13: "holds no text, as a scan does; have its text recognised (OCR) first",
}
_ENCRYPTED, _PAGES, _CHARACTERS, _NO_TEXT = _PROBLEMS


def is_pdf(data: bytes) -> bool:
    """Whether bytes begin as a PDF does."""
    return data.startswith(b"%PDF-")


def text_of(data: bytes, seconds: float) -> tuple[str, str | None]:
    """The text of all pages, or nothing and why it cannot be read."""
    if find_spec("pypdf") is None:
        return "", "to read a PDF, pypdf is needed: pip install 'skillrepo[pdf]'"
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter and this module
            [sys.executable, "-P", "-m", "skillrepo.pdf", str(max(1, int(seconds)))],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", "takes too long to read; save it as text first"
    except OSError as error:
        return "", f"cannot be read in a process of its own: {error.strerror}"
    if done.returncode:
        return "", _PROBLEMS.get(done.returncode, "is a PDF that cannot be read")
    return done.stdout.decode(errors="replace"), None


def _read(data: bytes) -> str | int:
    """The text, or the number of the problem. Raises anything."""
    import pypdf  # noqa: PLC0415 - in the process of its own alone

    reader = pypdf.PdfReader(BytesIO(data))
    if reader.is_encrypted:
        return _ENCRYPTED
    if len(reader.pages) > MAX_PAGES:
        return _PAGES
    pages: list[str] = []
    room = MAX_CHARACTERS
    for page in reader.pages:
        # NUL would make it no text for git, and for us.
        text = page.extract_text().replace("\0", "").strip()
        room -= len(text)
        if room < 0:
            return _CHARACTERS
        if text:
            pages.append(text)
    return "\n\n".join(pages) + "\n" if pages else _NO_TEXT


def _main() -> int:
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        seconds = int(sys.argv[1]) + 1
        # Whoever waits for us may be killed.
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    found = _read(sys.stdin.buffer.read(MAX_BYTES + 1))
    if isinstance(found, int):
        return found
    sys.stdout.buffer.write(found.encode(errors="replace"))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
