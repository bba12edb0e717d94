"""Elements of WordprocessingML by their local names, and the styles that they name."""

from xml.etree.ElementTree import Element


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace, of which Word has two."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first child that has one of these names; None if there is none."""
    if element is None:
        return None
    return next((each for each in element if local_name(each) in names), None)


def value_of(element: Element | None, name: str = "val") -> str:
    """Return an attribute of an element; "" if there is none."""
    if element is None:
        return ""
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def is_on(element: Element) -> bool:
    """Say whether a property that is there is switched on."""
    return value_of(element).lower() not in ("0", "false", "off", "none")


class Styles:
    """The styles of a document, each with those that it is based on."""

    def __init__(self, root: Element | None) -> None:
        """Read `word/styles.xml`."""
        found = (each for each in (root if root is not None else ()) if local_name(each) == "style")
        self._styles = {value_of(each, "styleId"): each for each in found}

    def name_of(self, style: str) -> str:
        """Return the name of a style by its id; the id where it is not defined."""
        element = self._styles.get(style)
        return value_of(child(element, "name")) if element is not None else style

    def find(self, style: str, properties: str, name: str) -> Element | None:
        """Return a property of a style, or of the nearest one that it is based on that has it.

        Args:
            style: The id of the style.
            properties: `pPr` or `rPr`.
            name: The property.
        """
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            element = self._styles[style]
            found = child(child(element, properties), name)
            if found is not None:
                return found
            style = value_of(child(element, "basedOn"))
        return None
