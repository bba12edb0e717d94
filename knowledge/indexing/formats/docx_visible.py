"""A Word document as Word shows it: without what is hidden or struck out, and with its numbers.

Word stores no number of a list: it counts. The converter (mammoth) starts each list at 1 that a
paragraph or a picture interrupts, and keeps hidden text.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from knowledge.indexing.formats.docx_numbers import Numbering
from knowledge.indexing.formats.docx_xml import Styles, child, is_on, local_name, value_of

# Starts a paragraph whose number is written out. Nothing else has it.
MARK = "\U000ffffc"
_PARTS = re.compile(r"word/(document\d{0,3}|footnotes|endnotes)\.xml")
_NOT_SHOWN = ("vanish", "strike", "dstrike")
# What of a run is no text of its own: a field goes on beyond the run that starts it.
_KEPT = ("rPr", "fldChar", "instrText")


def make_visible(data: bytes) -> bytes:
    """Return a Word document in which all text is seen, and numbers of lists are text.

    Args:
        data: The document; a paragraph that has its number written out starts with `MARK`.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        styles = Styles(_parse(old, "word/styles.xml"))
        numbering = Numbering(_parse(old, "word/numbering.xml"), styles)
        for name in old.namelist():
            content = old.read(name)
            if _PARTS.fullmatch(name):
                root = ElementTree.fromstring(content)  # noqa: S314 - as in docx.py
                for paragraph in _list_paragraphs(root):
                    _rewrite(paragraph, styles, numbering)
                content = ElementTree.tostring(root, encoding="utf-8")
            new.writestr(name, content)
    return target.getvalue()


def _parse(archive: zipfile.ZipFile, name: str) -> Element | None:
    if name not in archive.namelist():
        return None
    return ElementTree.fromstring(archive.read(name))  # noqa: S314 - as in docx.py


def _list_paragraphs(root: Element) -> Iterator[Element]:
    """Yield the paragraphs in order; where one stands twice, for older programs, that one alone."""
    newer = {
        id(inner)
        for choice in root.iter()
        if local_name(choice) == "Choice"
        for inner in choice.iter()
    }
    for element in root.iter():
        if local_name(element) == "p" and id(element) not in newer:
            yield element


def _rewrite(paragraph: Element, styles: Styles, numbering: Numbering) -> None:
    properties = child(paragraph, "pPr")
    style = value_of(child(properties, "pStyle"))
    is_contents = re.match(r"toc\b", styles.name_of(style), re.IGNORECASE) is not None
    for run in paragraph.iter():
        if local_name(run) == "r" and (is_contents or not _is_shown(run, style, styles)):
            for part in list(run):
                if local_name(part) not in _KEPT:
                    run.remove(part)
    label = numbering.count(properties, style)
    is_heading = _make_heading(paragraph, style, styles)
    if label is not None and not is_heading and _has_text(paragraph):
        _insert(paragraph, f"{MARK}{label}")


def _make_heading(paragraph: Element, style: str, styles: Styles) -> bool:
    """Say whether a paragraph is a heading; one in a style of the owner's gets Word's own style."""
    if re.match(r"(heading|title|subtitle|toc)\b", styles.name_of(style), re.IGNORECASE):
        return True
    properties = child(paragraph, "pPr")
    own = child(properties, "outlineLvl")
    level = value_of(own if own is not None else styles.find(style, "pPr", "outlineLvl"))
    if properties is None or not re.fullmatch(r"[0-5]", level) or not _has_text(paragraph):
        return False
    named = child(properties, "pStyle")
    space = paragraph.tag.rpartition("}")[0] + "}"
    if named is None:
        named = Element(f"{space}pStyle")
        properties.insert(0, named)
    named.set(f"{space}val", f"Heading{int(level) + 1}")
    return True


def _is_shown(run: Element, paragraph_style: str, styles: Styles) -> bool:
    properties = child(run, "rPr")
    style = value_of(child(properties, "rStyle"))
    for name in _NOT_SHOWN:
        own = child(properties, name)
        places = (own, styles.find(style, "rPr", name), styles.find(paragraph_style, "rPr", name))
        nearest = next((each for each in places if each is not None), None)
        if nearest is not None and is_on(nearest):
            return False
    return True


def _has_text(paragraph: Element) -> bool:
    return any(local_name(each) == "t" and (each.text or "").strip() for each in paragraph.iter())


def _insert(paragraph: Element, label: str) -> None:
    space = paragraph.tag.rpartition("}")[0] + "}"
    run = Element(f"{space}r")
    text = ElementTree.SubElement(run, f"{space}t")
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    text.text = f"{label} "
    paragraph.insert(1 if child(paragraph, "pPr") is not None else 0, run)
