"""One cell of a worksheet's XML set to a text, with every other byte left as it was.

The text is written into the cell itself and not into the shared strings, which are another part of the file. Prefixes
of names, encoding and the order of rows and cells stay as the program that made the file has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import escape

from ef_engine.sources.excel_cells import column_letters, column_number

_Edit: TypeAlias = tuple[int, int, str]
"""What stands from one byte up to another, and what is to stand there."""

_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(slots=True)
class _Element:
    """A row or cell: its number, its attributes, and where in the bytes it and its content begin and end."""

    number: int
    attributes: dict[str, str]
    start: int
    content: int = 0
    content_end: int = 0
    end: int = 0
    cells: list[_Element] = field(default_factory=list)


class _Scan:
    """Where one row of a sheet and its cells stand in its bytes, or else where it would: before the `following` row.

    Of the others, of which there may be a million, nothing is kept.
    """

    def __init__(self, xml: bytes, wanted: int) -> None:
        self.xml, self.wanted = xml, wanted
        self.row: _Element | None = None
        self.following: int | None = None
        self._number = 0
        self.data: _Element | None = None
        self.dimension: _Element | None = None
        self.prefix = ""
        self.encoding = _MARKS.get(xml[:2], "utf-8")
        self._open: list[tuple[str, _Element | None]] = []
        parser = self._parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._declared
        parser.StartElementHandler, parser.EndElementHandler = self._started, self._ended
        parser.Parse(xml, True)

    def tag(self, element: _Element) -> str:
        """The start tag of an element."""
        return self.xml[element.start : element.content].decode(self.encoding)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and self.encoding == "utf-8" and "16" not in encoding:
            self.encoding = encoding

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        local, parent = name.rpartition(":")[2], self._open[-1][0] if self._open else ""
        element = None
        if local == "sheetData":
            self.prefix = name.removesuffix("sheetData")
            element = self.data = self._element(0, attributes)
        elif local == "dimension" and len(self._open) == 1:
            element = self.dimension = self._element(0, attributes)
        elif local == "row" and parent == "sheetData":
            element = self._started_row(attributes)
        elif local == "c" and parent == "row" and self.row is not None and self._number == self.wanted:
            element = self._cell(self.row.cells, attributes)
        self._open.append((local, element))

    def _started_row(self, attributes: dict[str, str]) -> _Element | None:
        self._number = int(attributes.get("r", self._number + 1))
        if self._number > self.wanted and self.following is None:
            self.following = self._parser.CurrentByteIndex
        if self._number != self.wanted or self.row is not None:
            return None
        self.row = self._element(self._number, attributes)
        return self.row

    def _element(self, number: int, attributes: dict[str, str]) -> _Element:
        start = self._parser.CurrentByteIndex
        return _Element(number, attributes, start, content=_tag_end(self.xml, start, self.encoding))

    def _cell(self, cells: list[_Element], attributes: dict[str, str]) -> _Element:
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        number = column_number(found[1]) if found else (cells[-1].number if cells else 0) + 1
        cells.append(self._element(number, attributes))
        return cells[-1]

    def _ended(self, _name: str) -> None:
        _, element = self._open.pop()
        if element is not None:
            element.content_end = self._parser.CurrentByteIndex
            closes_itself = self.tag(element).endswith("/>")
            element.end = element.content if closes_itself else _tag_end(self.xml, element.content_end, self.encoding)


def _tag_end(xml: bytes, start: int, encoding: str) -> int:
    """Where the tag that begins at `start` ends; a `>` in quotes is part of a value."""
    quote = b""
    marks = {mark.encode(encoding): mark for mark in "\"'>"}
    width = len(">".encode(encoding))
    for at in range(start, len(xml), width):
        mark = xml[at : at + width]
        if mark not in marks:
            continue
        if not quote and marks[mark] == ">":
            return at + width
        quote = b"" if mark == quote else quote or mark
    raise ValueError("a tag is not closed")


def with_text(xml: bytes, row: int, column: int, text: str) -> bytes:
    """The sheet with a text in the cell of this row and column, both counted from 1; its style stays."""
    scan = _Scan(xml, row)
    cell = next((each for each in scan.row.cells if each.number == column), None) if scan.row else None
    new = _cell_xml(scan.prefix, row, column, cell.attributes.get("s") if cell else None, text)
    if cell is not None:
        edits = [(cell.start, cell.end, new)]
    elif scan.row is not None:
        edits = list(_into_row(scan, scan.row, column, new))
    else:
        assert scan.data is not None
        at = scan.data.content_end if scan.following is None else scan.following
        edits = [(at, at, f'<{scan.prefix}row r="{row}">{new}</{scan.prefix}row>')]
    if scan.dimension is not None:
        edits.append(_wider_dimension(scan, scan.dimension, row, column))
    for start, end, piece in sorted(edits, reverse=True):
        xml = xml[:start] + piece.encode(scan.encoding) + xml[end:]
    return xml


def _cell_xml(prefix: str, row: int, column: int, style: str | None, text: str) -> str:
    styled = "" if style is None else f' s="{style}"'
    value = f"<{prefix}is><{prefix}t>{escape(text)}</{prefix}t></{prefix}is>"
    return f'<{prefix}c r="{column_letters(column)}{row}"{styled} t="inlineStr">{value}</{prefix}c>'


def _into_row(scan: _Scan, row: _Element, column: int, cell: str) -> Iterator[_Edit]:
    """A cell more in a row; its hint at the columns in use is made to include it, since some programs trust that."""
    first, _, last = row.attributes.get("spans", "").partition(":")
    tag = scan.tag(row)
    if last.isdigit() and int(last) < column:
        tag = re.sub(r"""(\bspans\s*=\s*["'])[^"']*""", rf"\g<1>{first}:{column}", tag)
    if row.end == row.content:
        yield row.start, row.end, f"{tag.removesuffix('/>').rstrip()}>{cell}</{scan.prefix}row>"
        return
    yield row.start, row.content, tag
    at = next((each.start for each in row.cells if each.number > column), row.content_end)
    yield at, at, cell


def _wider_dimension(scan: _Scan, dimension: _Element, row: int, column: int) -> _Edit:
    """The tag that says which cells are in use, with this one among them."""
    tag = scan.tag(dimension)
    if corners := _REFERENCE.findall(dimension.attributes.get("ref", "")):
        (left, top), (right, bottom) = corners[0], corners[-1]
        right = max(right, column_letters(column), key=column_number)
        wider = f"{left}{top}:{right}{max(int(bottom), row)}"
        tag = re.sub(r"""(\bref\s*=\s*["'])[^"']*""", rf"\g<1>{wider}", tag)
    return dimension.start, dimension.content, tag
