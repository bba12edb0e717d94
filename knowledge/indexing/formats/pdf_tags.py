"""The structure that a tagged PDF gives itself: which words are headings, items, cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NumberObject

# Elements are nested deeper in no file that a program of the day writes.
MAX_DEPTH = 200
# What programs call a heading.
_HEADING = re.compile(r"h(?:eading)?[ _-]?([1-9])")

# Elements that run on in the line.
INLINE = frozenset(
    # One string is what a person can read and change.
    """
    annot bibentry code em fenote formula lbl link noteref quote rb reference rp rt ruby span
    strong sub warichu wp wt
    """.split()  # noqa: SIM905
)

# A page, and the number of marked content on it.
Mark = tuple[int, int]


@dataclass(slots=True)
class Element:
    """An element of the structure.

    Attributes:
        role: The standard name of what it is, in small letters.
        kids: What is in it: elements, and the pages and numbers of marked content.
    """

    role: str
    kids: "list[Element | Mark]" = field(default_factory=list)

    @property
    def level(self) -> int:
        """Level of a heading with a number; 0 for all else."""
        named = _HEADING.fullmatch(self.role)
        return min(int(named[1]), 6) if named else 1 if self.role == "title" else 0

    def marks(self) -> Iterator[Mark]:
        """Yield page and number of all marked content in it."""
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.marks()
            else:
                yield kid

    def walk(self) -> "Iterator[Element]":
        """Yield it and all elements in it."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()


def read_structure(reader: pypdf.PdfReader) -> Element | None:
    """Return the structure of a file; None if it has none, or none that can be followed."""
    root = reader.root_object.get("/StructTreeRoot")
    root = root.get_object() if root is not None else None
    if not isinstance(root, DictionaryObject):
        return None
    structure = Element("root")
    _Tree(reader, root).read(structure, root.get("/K"), 0, 0)
    return structure


class _Tree:
    def __init__(self, reader: pypdf.PdfReader, root: DictionaryObject) -> None:
        roles = root.get("/RoleMap")
        roles = roles.get_object() if roles is not None else None
        self._roles: dict[str, str] = {}
        if isinstance(roles, DictionaryObject):
            self._roles = {str(name): str(role) for name, role in roles.items()}
        self._pages = {
            page.indirect_reference.idnum: number
            for number, page in enumerate(reader.pages, start=1)
            if page.indirect_reference is not None
        }
        self._seen: set[int] = set()

    def read(self, parent: Element, kid: Any, page: int, depth: int) -> None:
        """Add to an element what a value of its dictionary names as its content."""
        if depth > MAX_DEPTH or self._is_known(kid):
            return
        if isinstance(kid, IndirectObject):
            kid = kid.get_object()
        if isinstance(kid, ArrayObject):
            for each in kid:
                self.read(parent, each, page, depth + 1)
        elif isinstance(kid, NumberObject):
            parent.kids.append((page, int(kid)))
        elif isinstance(kid, DictionaryObject):
            self._read_dictionary(parent, kid, page, depth)

    def _is_known(self, kid: Any) -> bool:
        """Say whether a value has been read already, as in a circle, or is a page."""
        if not isinstance(kid, IndirectObject):
            return False
        is_known = kid.idnum in self._seen or kid.idnum in self._pages
        self._seen.add(kid.idnum)
        return is_known

    def _read_dictionary(
        self, parent: Element, kid: DictionaryObject, page: int, depth: int
    ) -> None:
        reference = kid.raw_get("/Pg") if "/Pg" in kid else None
        if isinstance(reference, IndirectObject):
            page = self._pages.get(reference.idnum, page)
        number = kid.get("/MCID")
        if isinstance(number, NumberObject):
            parent.kids.append((page, int(number)))
        elif "/S" in kid:
            element = Element(self._find_role(str(kid["/S"])))
            parent.kids.append(element)
            self.read(element, kid.raw_get("/K") if "/K" in kid else None, page, depth + 1)

    def _find_role(self, name: str) -> str:
        """Return the standard role that a file's own name for one stands for."""
        met = set()
        while name in self._roles and name not in met:
            met.add(name)
            name = self._roles[name]
        return name.removeprefix("/").lower()


def is_inline(element: Element) -> bool:
    """Say whether an element runs on in the line, with all that is in it."""
    return element.role in INLINE and all(
        is_inline(kid) for kid in element.kids if isinstance(kid, Element)
    )


def split_list(element: Element) -> Iterator[list[Element]]:
    """Yield the parts of a list that are items, or stand between them."""
    if element.role == "l":
        for kid in element.kids:
            if isinstance(kid, Element):
                yield from split_list(kid)
            else:
                yield [Element("caption", [kid])]
    elif element.role == "li":
        yield [element]
        yield from (part for inner in _inner_lists(element) for part in split_list(inner))
    else:
        yield [element]


def _inner_lists(element: Element) -> Iterator[Element]:
    for kid in element.kids:
        if isinstance(kid, Element):
            yield from [kid] if kid.role == "l" else _inner_lists(kid)


def own_marks(element: Element) -> Iterator[Mark]:
    """Yield the marked content of an item without that of lists in it."""
    for kid in element.kids:
        if not isinstance(kid, Element):
            yield kid
        elif kid.role != "l":
            yield from own_marks(kid)


def find_rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table, and what else stands in it."""
    for kid in table.kids:
        if isinstance(kid, Element):
            is_group = kid.role in ("thead", "tbody", "tfoot")
            yield from find_rows(kid) if is_group else [kid]


def is_data(table: Element) -> bool:
    """Say whether a table holds data rather than places text on the page."""
    inner = list(table.walk())[1:]
    if any(part.level or part.role in ("l", "table", "h") for part in inner):
        return False
    return any(
        sum(isinstance(kid, Element) for kid in part.kids) > 1
        for part in inner
        if part.role == "tr"
    )
