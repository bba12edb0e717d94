"""The words on a PDF's pages as PDFium finds them: letters, place, look, and their mark."""

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from knowledge.indexing.formats.outline import FormatError
from knowledge.indexing.formats.pdf_pieces import BULLET, UNKNOWN, Page, Piece, turn_back
from knowledge.indexing.formats.pdf_signs import (
    FEW_WORDS,
    add_bullets,
    has_large_picture,
    is_drawn_by_letter,
    lower_raised,
    use_own_blanks,
)

BOLD = re.compile(r"bold|black|heavy|semib|demi", re.IGNORECASE)
# Fonts of pictures: what their letters look like has nothing to do with which letters they are.
ORNAMENTS = re.compile(r"wingdings|webdings|dingbats|marlett", re.IGNORECASE)
# Signs of the font Symbol whose loss would change what a sentence says.
SYMBOLS = {0xA3: "\u2264", 0xB3: "\u2265", 0xB1: "\u00b1", 0xB0: "\u00b0", 0xB4: "\u00d7",
           0xB7: BULLET, 0xB9: "\u2260", 0xBB: "\u2248", 0xAE: "\u2192", 0x6D: "\u03bc",
           0x61: "\u03b1", 0x62: "\u03b2", 0x67: "\u03b3", 0x64: "\u03b4"}  # fmt: skip

# Directions of text are told apart by so many degrees.
TURN = 15


@dataclass(frozen=True, slots=True)
class _Look:
    """What all letters that are drawn by one command share."""

    size: float
    is_bold: bool
    is_symbol: bool
    turn: int
    mcid: int
    is_artifact: bool


def read_pages(data: bytes) -> tuple[list[Page], str]:
    """Return the pages of a file and the title that it names.

    Raises:
        FormatError: If it is encrypted.
        PdfiumError: If it is damaged.
    """
    document = _open(data)
    try:
        title = str(document.get_metadata_value("Title"))
        return [_read_page(document, number) for number in range(1, len(document) + 1)], title
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as err:
        if err.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise FormatError("it is encrypted. Save it without a password.") from err
        raise


def _read_page(document: pdfium.PdfDocument, number: int) -> Page:
    page = document[number - 1]
    text = page.get_textpage()
    try:
        letters = _Letters(text, number)
        pieces = list(letters.read())
        if is_drawn_by_letter(pieces):
            pieces = list(use_own_blanks(pieces, page, text))
        pieces = list(lower_raised(pieces))
        box = page.get_bbox()
        is_picture = len(pieces) < FEW_WORDS and has_large_picture(page, box)
        pieces = add_bullets(pieces, page)
        return Page(number, tuple(pieces), box, letters.n_unnamed, is_picture)
    finally:
        text.close()
        page.close()


class _Letters:
    """The letters of a page, put together to pieces."""

    def __init__(self, text: pdfium.PdfTextPage, page: int) -> None:
        self._text = text.raw
        self._page = page
        self._looks: dict[int, _Look] = {}
        self.n_unnamed = 0

    def read(self) -> Iterator[Piece]:
        """Yield the pieces as they are drawn."""
        word: list[str] = []
        start, drawn, is_word = 0, 0, True
        for at in range(pdfium_c.FPDFText_CountChars(self._text)):
            letter = self._letter(at, is_first=not word)
            run = pdfium_c.FPDFText_GetTextObject(self._text, at)
            address = ctypes.addressof(run.contents) if run else 0
            is_blank = letter.isspace() or not letter
            if word and (is_blank or address != drawn):
                yield self._make(word, start, at - 1, self._looks[drawn], is_word=is_word)
                word, is_word = [], False
            if is_blank:
                is_word = True
                continue
            if not word:
                start, drawn = at, address
                if address not in self._looks:
                    self._looks[address] = self._read_look(run, at)
            word.append(letter)
            if letter == "-" and pdfium_c.FPDFText_IsHyphen(self._text, at) == 1:
                yield self._make(word, start, at, self._looks[drawn], is_word=is_word)
                word, is_word = [], True  # PDFium leaves the end of the line out here
        if word:
            yield self._make(word, start, at, self._looks[drawn], is_word=is_word)

    def _letter(self, at: int, *, is_first: bool) -> str:
        code = pdfium_c.FPDFText_GetUnicode(self._text, at)
        # A letter of the alphabet within a word is as good as the first of that word.
        if not is_first and 48 <= code <= 122:
            return chr(code)
        if code == 2 and pdfium_c.FPDFText_IsHyphen(self._text, at) == 1:
            return "-"
        if pdfium_c.FPDFText_HasUnicodeMapError(self._text, at) == 1 or not code:
            self.n_unnamed += is_first
            return chr(code) if 32 < code < 127 else UNKNOWN
        letter = chr(code)
        return unicodedata.normalize("NFKC", letter) if "\ufb00" <= letter <= "\ufb06" else letter

    def _read_look(self, run: Any, at: int) -> _Look:
        matrix = pdfium_c.FS_MATRIX()
        pdfium_c.FPDFText_GetMatrix(self._text, at, matrix)
        size = pdfium_c.FPDFText_GetFontSize(self._text, at) * math.hypot(matrix.c, matrix.d)
        name = _read_font_name(run)
        mode = pdfium_c.FPDFTextObj_GetTextRenderMode(run)
        is_fat = mode == pdfium_c.FPDF_TEXTRENDERMODE_FILL_STROKE
        angle = math.degrees(math.atan2(matrix.b, matrix.a))
        return _Look(
            size=round(size * 2) / 2,
            is_bold=is_fat or BOLD.search(name) is not None,
            is_symbol=ORNAMENTS.search(name) is not None,
            turn=round(angle / TURN) * TURN % 360,
            mcid=pdfium_c.FPDFPageObj_GetMarkedContentID(run),
            is_artifact="Artifact" in _read_marks(run),
        )

    def _make(
        self, word: Sequence[str], first: int, last: int, look: _Look, *, is_word: bool
    ) -> Piece:
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium_c.FPDFText_GetCharOrigin(self._text, first, x, y)
        box = pdfium_c.FS_RECTF()
        pdfium_c.FPDFText_GetLooseCharBox(self._text, last, box)
        start, base = turn_back(x.value, y.value, look.turn)
        corners = [(a, b) for a in (box.left, box.right) for b in (box.bottom, box.top)]
        end = max(turn_back(a, b, look.turn)[0] for a, b in corners)
        text, is_symbol = _name_signs("".join(word), is_ornament=look.is_symbol)
        return Piece(
            text, look.size, look.is_bold, start, max(end, start), base, look.turn, self._page,
            is_word, is_symbol, look.mcid, look.is_artifact,
        )  # fmt: skip


def _name_signs(text: str, *, is_ornament: bool) -> tuple[str, bool]:
    """Return a word with signs instead of private characters, and whether it is a picture."""
    if is_ornament:
        return BULLET, True
    if not any("\ue000" <= letter <= "\uf8ff" for letter in text):
        return text, False
    named = "".join(
        SYMBOLS.get(ord(letter) - 0xF000, UNKNOWN) if "\ue000" <= letter <= "\uf8ff" else letter
        for letter in text
    )
    return named, len(named) == 1 and named in (BULLET, UNKNOWN)


def _read_font_name(run: Any) -> str:
    name = ctypes.create_string_buffer(256)
    font = pdfium_c.FPDFTextObj_GetFont(run)
    if font:
        pdfium_c.FPDFFont_GetBaseFontName(font, name, len(name))
    return name.value.decode("utf-8", "replace")


def _read_marks(run: Any) -> set[str]:
    found = set()
    name, size = (ctypes.c_ushort * 64)(), ctypes.c_ulong()
    for number in range(pdfium_c.FPDFPageObj_CountMarks(run)):
        mark = pdfium_c.FPDFPageObj_GetMark(run, number)
        if pdfium_c.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), size):
            found.add(bytes(name)[: max(size.value - 2, 0)].decode("utf-16-le", "replace"))
    return found
