"""Word documents made of their XML: what python-docx does not write."""

import io
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEADINGS = "".join(
    f'<w:style w:type="paragraph" w:styleId="H{n}"><w:name w:val="heading {n}"/></w:style>'
    for n in (1, 2)
)


def run(text: str, properties: str = "") -> str:
    """Return a run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    """Return a paragraph of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def heading(text: str, level: int = 1) -> str:
    """Return a heading."""
    return paragraph(run(text), properties=f'<w:pStyle w:val="H{level}"/>')


def item(text: str, level: int = 0, list_: int = 1) -> str:
    """Return an item of a list."""
    numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_}"/></w:numPr>'
    return paragraph(run(text), properties=numbering)


def list_kind(id_: int, formats: str = "decimal decimal", start: int = 1) -> str:
    """Return a kind of list, each level with the format of its numbers."""
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="{start}"/><w:numFmt w:val="{name}"/></w:lvl>'
        for n, name in enumerate(formats.split())
    )
    return f'<w:abstractNum w:abstractNumId="{id_}">{levels}</w:abstractNum>'


def list_of(id_: int, kind: int, *, restart: bool = False) -> str:
    """Return a list of a kind."""
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    return f'<w:num w:numId="{id_}"><w:abstractNumId w:val="{kind}"/>{override * restart}</w:num>'


def make_word_file(
    body: str, *, title: str = "", numbering: str = "", styles: str = HEADINGS
) -> bytes:
    """Return a document."""
    kinds = {"document": "document.main", "numbering": "numbering", "styles": "styles"}
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{WORD}.{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    relation = '<Relationship Id="{0}" Type="{1}/{0}" Target="{2}"/>'.format
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'.format
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": relations(relation("officeDocument", OFFICE, "word/document.xml")),
        "word/_rels/document.xml.rels": relations(
            relation("numbering", OFFICE, "numbering.xml")
            + relation("styles", OFFICE, "styles.xml")
        ),
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/numbering.xml": f"<w:numbering {W}>{numbering}</w:numbering>",
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        "docProps/core.xml": '<c xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title></c>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()
