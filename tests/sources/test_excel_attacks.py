"""Workbooks made to harm, and files that are something else: each is one sentence, quickly, and nothing is fetched."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ef_engine.errors import InputError
from ef_engine.model.forecast import Forecast
from ef_engine.sources import excel
from tests.model.documents import forecast_document
from tests.sources.workbooks import cell, saved, workbook_of

GOOD = (Path(__file__).parent / "files" / "openpyxl.xlsx").read_bytes()
SHEET = "xl/worksheets/sheet3.xml"
SAVE = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)."
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"
RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"{}/></Relationships>'
)
EXTERNAL = ' TargetMode="External"'


def refusal(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        excel.read_bytes(data, "f.xlsx")
    return str(caught.value)


def edited(
    change: Callable[[str, bytes], bytes],
    more: Mapping[str, bytes | str] = MappingProxyType({}),
    packing: int = ZIP_DEFLATED,
) -> bytes:
    """The good workbook with its parts changed, and more of them."""
    stream = BytesIO()
    with ZipFile(BytesIO(GOOD)) as old, ZipFile(stream, "w", packing) as new:
        for name in old.namelist():
            if name not in more:
                new.writestr(name, change(name, old.read(name)))
        for name, content in more.items():
            new.writestr(name, content)
    return stream.getvalue()


def kept(name: str, content: bytes) -> bytes:
    return content


def replaced(part: str, old: bytes, new: bytes) -> bytes:
    """The good workbook with one text in one part exchanged."""
    with ZipFile(BytesIO(GOOD)) as archive:
        assert old in archive.read(part)
    return edited(lambda name, content: content.replace(old, new, 1) if name == part else content)


def with_doctype(encoding: str) -> bytes:
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY e SYSTEM "/etc/hostname">]>'
    head = f'<?xml version="1.0" encoding="{encoding}"?>{entity}'

    def change(name: str, content: bytes) -> bytes:
        text = re.sub(r"^<\?xml[^>]*\?>", "", content.decode())
        return (head + text).encode(encoding) if name == SHEET else content

    return edited(change)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_their_entities_are_refused(encoding: str) -> None:
    expected = f"f.xlsx, {SHEET}: declares a document type, as no workbook does; {SAVE}"
    assert refusal(with_doctype(encoding)) == expected


@pytest.mark.parametrize(
    ("kind", "target", "mode"),
    [
        ("externalLink", "../externalLinks/externalLink1.xml", ""),
        ("externalLinkPath", "../other.xlsx", EXTERNAL),
        ("connections", "../connections.xml", ""),
        ("image", "https://example.com/pixel.png", EXTERNAL),
        ("oleObject", "https://example.com/object", EXTERNAL),
        ("attachedTemplate", "https://example.com/template", EXTERNAL),
    ],
)
def test_data_from_outside_is_refused(kind: str, target: str, mode: str) -> None:
    data = edited(kept, {RELATIONS: RELATION.format(kind, target, mode)})
    remedy = "paste the values in place of the links and remove the links."
    assert refusal(data) == f"f.xlsx: takes data from outside the file ({kind}); {remedy}"


def test_a_link_to_click_on_is_harmless() -> None:
    data = edited(kept, {RELATIONS: RELATION.format("hyperlink", "https://example.com/", EXTERNAL)})
    assert isinstance(excel.read_bytes(data, "f.xlsx").value, Forecast)


FAR_MORE = "f.xlsx: holds far more than any forecast once it is unpacked; remove what is not needed."


@pytest.mark.parametrize(("part", "megabytes"), [("xl/sharedStrings.xml", 65), ("xl/worksheets/sheet99.xml", 401)])
def test_a_bomb_is_refused_before_it_is_unpacked(part: str, megabytes: int) -> None:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=1) as archive, archive.open(part, "w") as member:
        for _ in range(megabytes):
            member.write(bytes(2**20))
    tracemalloc.start()
    try:
        assert refusal(stream.getvalue()) == FAR_MORE
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_a_part_that_unpacks_to_more_than_it_says_is_damaged() -> None:
    """The size that an entry declares bounds what is read of it."""
    data = bytearray(edited(kept, {SHEET: b"<worksheet>" + b" " * 10**6 + b"</worksheet>"}))
    declared = (10**6 + 23).to_bytes(4, "little")
    assert data.count(declared) == 2
    assert "is damaged" in refusal(bytes(data.replace(declared, (100).to_bytes(4, "little"))))


def test_thousands_of_parts_are_refused() -> None:
    assert refusal(edited(kept, {f"x/{number}": b"" for number in range(10_001)})) == FAR_MORE


def test_one_cell_far_away_costs_nothing() -> None:
    """Rows and columns without end are looked at as far as there are any."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="2000000000"><c><v>1</v></c></row></sheetData>'
    found = excel.read_bytes(replaced(SHEET, b"</sheetData>", far), "f.xlsx").value
    assert found == excel.read_bytes(GOOD, "f.xlsx").value


def test_macros_are_refused() -> None:
    assert refusal(edited(kept, {"xl/vbaProject.bin": b"x"})) == f"f.xlsx: holds macros; {SAVE}"
    kind = (
        (b"spreadsheetml.sheet.main+xml", b"x"),
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.",
    )
    assert kind
    data = replaced(
        "[Content_Types].xml",
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert refusal(data) == f"f.xlsx: holds macros; {SAVE}"


COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
OTHERS = {
    "an old workbook": (COMPOUND + b"\0" * 600, f"is a workbook of an old Excel version (.xls); {SAVE}"),
    "an encrypted workbook": (
        COMPOUND + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "is protected by a password; save it without one.",
    ),
    "text": (b"Date,Amount\n", f"is no Excel workbook; {SAVE}"),
    "nothing": (b"", f"is no Excel workbook; {SAVE}"),
    "JSON": (b' {"schema": 1}', "is JSON, not an Excel workbook; leave out --source excel, or name another file."),
    "half a workbook": (GOOD[:4000], f"is no Excel workbook; {SAVE}"),
    "packed otherwise": (edited(kept, packing=ZIP_BZIP2), f"is packed in an unusual way; {SAVE}"),
    "strict": (
        replaced("xl/workbook.xml", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", STRICT),
        f"is saved as Strict Open XML; {SAVE}",
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_another_kind_of_file_is_one_sentence(kind: str) -> None:
    data, expected = OTHERS[kind]
    assert refusal(data) == f"f.xlsx: {expected}"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "is an OpenDocument spreadsheet"),
        ("word/document.xml", "<w/>", "is no Excel workbook"),
    ],
)
def test_another_archive_is_one_sentence(name: str, content: str, expected: str) -> None:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    assert refusal(stream.getvalue()) == f"f.xlsx: {expected}; {SAVE}"


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert refusal(bytes(data)) == "f.xlsx: is protected by a password; save it without one."


def test_two_parts_of_one_name_are_refused() -> None:
    stream = BytesIO(GOOD)
    with pytest.warns(UserWarning, match="Duplicate name"), ZipFile(stream, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    assert refusal(stream.getvalue()) == f"f.xlsx: is damaged (it holds two parts of one name); {SAVE}"


def is_an_answer(data: bytes) -> None:
    """Whatever is in the file, it is a forecast or a sentence about the file."""
    try:
        answer = str(excel.read_bytes(data, "f.xlsx").name)
    except InputError as error:
        answer = str(error)
    assert answer.startswith("f.xlsx")


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml", SHEET])
@pytest.mark.parametrize("content", [b"", b"<x", b"<x/>", b"\xff\xfe\x00"])
def test_a_broken_part_is_no_traceback(part: str, content: bytes) -> None:
    is_an_answer(edited(kept, {part: content}))


@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
@example(at=8368, byte=0)
@settings(max_examples=60, deadline=None)
def test_a_flipped_byte_is_no_traceback(at: int, byte: int) -> None:
    data = bytearray(GOOD)
    data[at] = byte
    is_an_answer(bytes(data))


def test_formulas_of_a_workbook_are_never_carried_out() -> None:
    workbook = workbook_of(forecast_document())
    cell(workbook, "Budget", 2, "memo").value = '=cmd|"/c calc"!A1'
    found = refusal(saved(workbook))
    assert found.startswith("f.xlsx, sheet Budget, row 2, column Memo: is a formula whose value was never calculated")
