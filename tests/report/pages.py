"""Pages and workbooks taken apart again: their data, their tables, their elements."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

from openpyxl import load_workbook

_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
_OURS = re.compile(r"<style>.*?</style>|<script>.*?</script>|sha256-[\w+/=]+", re.DOTALL)
_CHANGING = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\b[0-9a-f]{64}\b")


def data_of(page: str) -> Any:
    """What the scripts of the page work on."""
    (text,) = _DATA.findall(page)
    return json.loads(text)


def stable(page: str) -> str:
    """The page without our style and scripts, moments and digests, which are not what a golden file is about."""
    return _CHANGING.sub("(differs)", _OURS.sub("(ours)", page))


def texts_of(column: dict[str, Any]) -> list[str]:
    """The cells of a column as the page shows them."""
    match column["kind"]:
        case "steps":
            return [money_of(cents) for cents in accumulate(column["steps"])]
        case "cents":
            return ["" if cents is None else money_of(cents) for cents in column["cents"]]
        case _:
            return [column["texts"][row] for row in column["rows"]]


def money_of(cents: int) -> str:
    """`-1,234.50`, by whole numbers alone."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02}"


def sheet_rows(data: bytes, name: str) -> list[tuple[Any, ...]]:
    """The values of a sheet."""
    return list(load_workbook(io.BytesIO(data))[name].iter_rows(values_only=True))


def workbook_lines(data: bytes) -> Iterator[str]:
    """A workbook as text: every cell with a value, every chart with what it draws."""
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        charts: list[object] = vars(sheet)["_charts"]
        yield f"[{sheet.title}] frozen at {sheet.freeze_panes}, {len(charts)} charts"
        for row in sheet.iter_rows():
            cells = (f"{cell.coordinate}={cell.value!r} {cell.number_format}" for cell in row if cell.value is not None)
            if line := "; ".join(cells):
                yield line


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """The elements of a page in order."""
    parser = Elements()
    parser.feed(page)
    return parser.found
