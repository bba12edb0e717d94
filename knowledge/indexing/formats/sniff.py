"""The kind of a file by its bytes, whatever its name says."""

import re

# The first bytes of kinds of file that are often met under a wrong name.
SIGNATURES = (
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7-Zip)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"{\\rtf", "a Rich Text file (RTF)"),
    (b"\xd0\xcf\x11\xe0", "an old or an encrypted Office file"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
NAMES = {"pdf": "a PDF", "docx": "a Word document (DOCX)", "html": "an HTML page"}
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
# Bytes that tell what a text is, and the least share of every second one that is zero in UTF-16.
MAX_LOOKED_AT = 4096
MIN_ZEROS = 0.4


def find_mismatch(data: bytes, kind: str) -> str:
    """Return why a file cannot be of a kind; empty if it can.

    Args:
        data: The whole file.
        kind: `docx`, `html`, `jsonl`, `markdown`, `pdf` or `text`: what its name says.
    """
    if not data.strip():
        return "it is empty."
    found = _recognise(data)
    if found == kind:
        return ""
    if found in NAMES:
        return f"it is {NAMES[found]} under a wrong name."
    if found:
        return f"it is {found}, which is not read."
    if kind in ("pdf", "docx"):
        return f"it is not {NAMES[kind]}, whatever its name says."
    if b"\x00" in data and not data.startswith(MARKS):
        return _describe_binary(data)
    if kind == "html" and not re.search(rb"<[a-zA-Z!/][^<>]*>", _narrow(data)):
        return "it is not HTML: there is no tag in it."
    return ""


def _describe_binary(data: bytes) -> str:
    """Return what a file with zero bytes is; in UTF-16 every second byte of most texts is zero."""
    start = data[:MAX_LOOKED_AT]
    shares = [start[first::2].count(0) / max(len(start[first::2]), 1) for first in (0, 1)]
    if max(shares) > MIN_ZEROS and min(shares) < 1 - MIN_ZEROS:
        return 'it is UTF-16 without its mark. Save it with the encoding "UTF-8".'
    return "it is a binary file, not text."


def _narrow(data: bytes) -> bytes:
    """Return a text in UTF-16 with one byte for each plain letter; another as it is."""
    return data.replace(b"\x00", b"") if data.startswith(MARKS) else data


def _recognise(data: bytes) -> str:
    """Return the kind of a file, or in words what else it is; empty for any text."""
    for signature, name in SIGNATURES:
        if data.startswith(signature):
            return name
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        # The names in an archive stand in it as they are.
        return "docx" if b"word/document" in data else "an archive (ZIP)"
    start = _narrow(data[:MAX_LOOKED_AT]).removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    start = start.removeprefix(b"\xef\xbb\xbf")
    if re.match(rb"\s*(<!--.*?-->\s*)*<(!doctype html|html)\b", start, re.I | re.DOTALL):
        return "html"
    return ""
