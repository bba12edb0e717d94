"""The widget's modules as two files: one before the chat is opened, one after; or all as one.

This is no general bundler: it joins modules that keep to a form, and refuses others. Every import
stands at the beginning of a line and names a sibling, without renaming; so does what the entry
exports of others; every other export stands before a declaration; comments stand in lines of
their own or after a semicolon, those with types also elsewhere.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

_IMPORT = re.compile(
    r'^import\s+(?:\{([^}]*)\}\s+from\s+)?"\./([\w-]+\.js)";[^\n]*\n', re.MULTILINE
)
_FORWARD = re.compile(r'^export \{([^}]*)\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_LATE_IMPORT = re.compile(r"""\bimport\(["']\./([\w-]+\.js)["']\)""")
_EXPORT = re.compile(r"^export (?=(?:async |function |class |const ))", re.MULTILINE)
_DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
_BLOCK_COMMENT = re.compile(r"^[ ]*/\*.*?\*/[ ]*\n", re.MULTILINE | re.DOTALL)
_CAST = re.compile(r"/\*\* @type [^\n]*?\*/ ?")
_TAIL_COMMENT = re.compile(r"(?<=;) // [^\n\"'`]*$", re.MULTILINE)
_LINE_COMMENT = re.compile(r"^[ ]*//[^\n]*\n", re.MULTILINE)
_INDENT = re.compile(r"^[ ]+|\n+(?=\n)", re.MULTILINE)
_STYLE = re.compile(r"^const CSS = `([^`]*)`;$", re.MULTILINE)
# Where a script comes from: what modules say, and what stands for it elsewhere.
_ADDRESS, _CLASSIC_ADDRESS = "import.meta.url", "SCRIPT_ADDRESS"


@dataclass(frozen=True)
class _Module:
    """A module without its comments and imports.

    Attributes:
        code: What is left, with its exports.
        imports: The names that it imports, and the sibling that each comes from.
        forwards: The names among these that it exports itself.
    """

    code: str
    imports: Sequence[tuple[str, str]]
    forwards: Sequence[str]

    @property
    def exports(self) -> list[str]:
        """The names that it exports."""
        return [
            *re.findall(_EXPORT.pattern + r"(?:async )?\w+ (\w+)", self.code, re.M),
            *self.forwards,
        ]


def bundle(modules: Mapping[str, str], entry: str) -> dict[str, str]:
    """Return the scripts that are sent, by name, without comments and indentation.

    They are the entry, with all that it imports statically, and each script that it imports
    later, with what that imports. What the entry has already is imported from there.

    Args:
        modules: Text of each module by file name.
        entry: The name of the module to begin with.

    Raises:
        ValueError: A module does not keep to the form, or two declare the same name.
    """
    first = _collect(modules, entry, known=())
    late = {name for module in first.values() for name in _LATE_IMPORT.findall(module.code)}
    scripts, exported = {}, set(first[entry].forwards)
    for name in sorted(late & modules.keys()):
        parts = _collect(modules, name, known=first, above=(entry,))
        names = {
            each
            for module in parts.values()
            for imported, sibling in module.imports
            if sibling in first
            for each in re.findall(r"\w+", imported)
        }
        exported |= names
        start = f'import {{ {", ".join(sorted(names))} }} from "./{entry}";\n' if names else ""
        scripts[name] = start + _join(parts, name)
    end = f"export {{ {', '.join(sorted(exported))} }};\n" if exported else ""
    return {**scripts, entry: _join(first, entry) + end}


def bundle_classic(modules: Mapping[str, str], entry: str, *, name: str) -> str:
    """Return all modules as one script for a tag without `type="module"`.

    What the entry exports becomes a global object. What it imports later is a function that is
    called later.

    Args:
        modules: Text of each module by file name.
        entry: The name of the module to begin with.
        name: Of the global object.

    Raises:
        ValueError: A module does not keep to the form, or two declare the same name.
    """
    first = _collect(modules, entry, known=())
    late = {each for text in modules.values() for each in _LATE_IMPORT.findall(text)}
    parts = [_EXPORT.sub("", _join(first, entry))]
    for each in sorted(late & modules.keys()):
        inner = _collect(modules, each, known=first, above=(entry,))
        code = _EXPORT.sub("", _join(inner, each))
        exports = ", ".join(inner[each].exports)
        parts.append(f"async function {_name_late(each)}() {{\n{code}return {{ {exports} }};\n}}\n")
    parts.append(f"globalThis.{name} = {{ {', '.join(first[entry].exports)} }};\n")
    code = _LATE_IMPORT.sub(lambda found: f"{_name_late(found[1])}()", "".join(parts))
    code = code.replace(_ADDRESS, _CLASSIC_ADDRESS)
    start = f'const {_CLASSIC_ADDRESS} = document.currentScript?.src ?? "";'
    return f'"use strict";\n(() => {{\n{start}\n{code}}})();\n'


def _name_late(name: str) -> str:
    """Return the name of the function that stands for a module that is imported later."""
    return "late_" + re.sub(r"\W", "_", name.removesuffix(".js"))


def bundle_styles(modules: Mapping[str, str]) -> str:
    """Return the style sheets of all modules as one, for browsers that cannot make any."""
    found = (_STYLE.search(modules[name]) for name in sorted(modules, key=_place_style))
    return "".join(each[1] for each in found if each)


def _place_style(name: str) -> tuple[bool, str]:
    """Return what sorts the sheet of what is drawn first before the others."""
    return name != "style.js", name


def _collect(
    modules: Mapping[str, str], name: str, *, known: Collection[str], above: tuple[str, ...] = ()
) -> dict[str, _Module]:
    """Return a module after those that it imports, but for those that are known."""
    above = (*above, name)
    if name not in modules:
        raise ValueError(f"{' > '.join(above)} is missing")
    module = _parse_module(modules[name], name)
    parts: dict[str, _Module] = {}
    for _, sibling in module.imports:
        if sibling in above:
            raise ValueError(f"{' > '.join(above)} imports itself")
        if sibling not in known and sibling not in parts:
            parts |= _collect(modules, sibling, known={*known, *parts}, above=above)
    return {**parts, name: module}


def _parse_module(text: str, name: str) -> _Module:
    for pattern in (_BLOCK_COMMENT, _LINE_COMMENT, _CAST, _TAIL_COMMENT):
        text = pattern.sub("", text)
    forwarded = _FORWARD.findall(text)
    imports = [*_IMPORT.findall(text), *forwarded]
    code = _FORWARD.sub("", _IMPORT.sub("", text)).lstrip("\n")
    if re.search(r"^(?:import\b(?!\()|export\b)", _EXPORT.sub("", code), re.MULTILINE):
        raise ValueError(f"{name} has an import or export of another form")
    forwards = [each for names, _ in forwarded for each in re.findall(r"\w+", names)]
    return _Module(code, imports, forwards)


def _join(parts: Mapping[str, _Module], entry: str) -> str:
    """Return modules as one; what the entry exports is for those who import the whole."""
    owners: dict[str, str] = {}
    for name, module in parts.items():
        for declared in _DECLARED.findall(module.code):
            if declared in owners:
                raise ValueError(f"{declared} is declared in {owners[declared]} and in {name}")
            owners[declared] = name
    codes = (
        module.code if name == entry else _EXPORT.sub("", module.code)
        for name, module in parts.items()
    )
    return _INDENT.sub("", "".join(codes))
