"""PDFs as sources, those of strangers too; they are made here, byte by byte."""

import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from skillrepo import pdf, sources
from skillrepo.errors import SkillRepoError


def made(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of which is the catalogue."""
    data = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, trailer, len(data))
    )


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), head, content)


def pages(*texts: str) -> bytes:
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(texts)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(texts)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(texts):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number),
            stream(b"BT /F1 12 Tf 50 700 Td (%s) Tj ET" % text.encode() if text else b""),
        ]
    return made(objects)


def read(folder: Path, data: bytes) -> str:
    (folder / "a.pdf").write_bytes(data)
    (source,), left_out = sources.read([folder / "a.pdf"])
    assert left_out == ()
    return source.text


def refused(folder: Path, data: bytes) -> str:
    (folder / "a.pdf").write_bytes(data)
    with pytest.raises(SkillRepoError) as caught:
        sources.read([folder / "a.pdf"])
    return str(caught.value).partition("a.pdf: ")[2]


def test_the_text_of_all_pages(tmp_path: Path) -> None:
    assert read(tmp_path, pages("Run qpdf --check first", "", "Then merge")) == (
        "Run qpdf --check first\n\nThen merge\n"
    )


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, pages("", "")).startswith("holds no text, as a scan does")
    assert refused(tmp_path, b"%PDF-1.4\nnothing\n") == "is a PDF that cannot be read"
    lock = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"28" * 32, b"bf" * 32)
    locked = made([b"<< /Type /Catalog >>", lock], b"/Encrypt 2 0 R /ID [<00><00>]")
    assert refused(tmp_path, locked) == "is encrypted; save it without a password first"
    assert refused(tmp_path, b"%PDF-" + b"x" * pdf.MAX_BYTES).startswith("larger than 20,000,000")
    many = pages(*["x"] * (pdf.MAX_PAGES + 1))
    assert refused(tmp_path, many) == "has more than 1,000 pages; name a part of it"
    long = pages("x" * (pdf.MAX_CHARACTERS + 1))
    assert refused(tmp_path, long).startswith("has more than 2,000,000 characters")


def test_in_a_folder_it_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\nnothing\n")
    (tmp_path / "b.pdf").write_bytes(pages("Text"))
    found, left_out = sources.read([tmp_path])
    assert [source.path.rpartition("/")[2] for source in found] == ["b.pdf"]
    assert len(left_out) == 1
    assert left_out[0].endswith("a.pdf was left out: is a PDF that cannot be read.")


def test_a_bomb_ends_in_its_own_process() -> None:
    # Ten forms, each of which shows the next one ten times: 10¹⁰ pages of text.
    forms = [
        stream(
            b"/X Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
            b"/Resources << /XObject << /X %d 0 R >> >>" % (number + 1),
        )
        for number in range(5, 15)
    ]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>",
        stream(b"/X Do " * 10),
        *forms,
        stream(b"BT (x) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"),
    ]
    began = time.monotonic()
    text, why = pdf.text_of(made(objects), 2.0)
    assert (text, bool(why)) == ("", True)
    assert time.monotonic() - began < 30


def test_there_is_a_time_for_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Less than a process takes to start.
    monkeypatch.setattr(pdf, "SECONDS", 0.01)
    for name in ("a", "b"):
        (tmp_path / f"{name}.pdf").write_bytes(pages("x"))
    (tmp_path / "c.md").write_text("x")
    _, left_out = sources.read([tmp_path])
    assert left_out[0].endswith(
        "a.pdf was left out: takes too long to read; save it as text first."
    )
    assert left_out[1].endswith("reading PDFs has taken 0.01 seconds; name fewer.")


def test_a_flood_ends_in_its_own_process() -> None:
    flood = zlib.compress(b"BT (x) Tj ET " * 20_000_000, 1)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        stream(flood, b"/Filter /FlateDecode"),
    ]
    text, why = pdf.text_of(made(objects), 5.0)
    assert (text, bool(why)) == ("", True)


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    assert refused(tmp_path, pages("x")) == (
        "to read a PDF, pypdf is needed: pip install 'skillrepo[pdf]'"
    )
