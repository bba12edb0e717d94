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
        return "it is a binary file, not text."
    if kind == "html" and not re.search(rb"<[a-zA-Z!/][^<>]*>", data):
        return "it is not HTML: there is no tag in it."
    return ""


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
    if re.match(rb"\s*(<!--.*?-->\s*)*<(!doctype html|html)\b", data[:4096], re.I | re.DOTALL):
        return "html"
    return ""
