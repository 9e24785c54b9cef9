"""Staging changes one cell of a workbook, and not a byte of anything else in it."""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.sources import excel
from ef_engine.sources.excel_package import open_package
from ef_engine.sources.excel_patch import with_text
from ef_engine.sources.zip_edit import with_member
from tests.model.documents import forecast_document
from tests.sources.workbooks import saved, workbook_of

FILES = sorted((Path(__file__).parent / "files").glob("*.xlsx"))
ID = "b73ec8d6a57d"


def raw_members(data: bytes) -> list[tuple[ZipInfo, bytes]]:
    """Every member in the order it lies there, with its bytes as they lie there, header and all."""
    with ZipFile(BytesIO(data)) as archive:
        members = sorted(archive.infolist(), key=lambda member: member.header_offset)
        ends = [member.header_offset for member in members[1:]] + [archive.start_dir]
    return [(member, data[member.header_offset : end]) for member, end in zip(members, ends, strict=True)]


def listed(data: bytes) -> list[str]:
    """The names in the order of the archive's directory."""
    with ZipFile(BytesIO(data)) as archive:
        return archive.namelist()


def config_part(data: bytes) -> str:
    package = open_package(data, "f.xlsx")
    return next(part for title, part in package.sheets.items() if title.lower() == "config")


def only_the_config_changed(before: bytes, after: bytes) -> None:
    """Same members in the same order, with the same times and compression; raw bytes too but for one."""
    part = config_part(before)
    assert listed(before) == listed(after)
    for (old, old_bytes), (new, new_bytes) in zip(raw_members(before), raw_members(after), strict=True):
        for each in ("filename", "date_time", "compress_type", "external_attr", "create_system", "comment"):
            assert getattr(old, each) == getattr(new, each)
        assert (old_bytes == new_bytes) == (old.filename != part)
    with ZipFile(BytesIO(after)) as archive:
        assert archive.testzip() is None


def the_cell_is_all_that_changed(before: bytes, after: bytes) -> None:
    """Without the cells written by staging, and the tags around and above them, the sheet is what it was."""
    part = config_part(before)
    old, new = (ZipFile(BytesIO(data)).read(part).decode() for data in (before, after))
    written = re.compile(r'<c r="[AB]\d+"[^>]*><is><t>(b73ec8d6a57d|forecast_id)</t></is></c>')
    assert written.findall(new).count(ID) == 1
    changed = re.compile(r'<c r="B3"[^>]*/>|<row r="\d+"></row>| (?:spans|ref)="[^"]*"')
    assert changed.sub("", written.sub("", new)) == changed.sub("", written.sub("", old))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workbook_of_any_program_keeps_all_but_one_cell(path: Path, workspace: Workspace, tmp_path: Path) -> None:
    file, before = tmp_path / "f.xlsx", path.read_bytes()
    file.write_bytes(before)
    staged = stage_file(workspace, file)
    assert (staged.id, staged.notes) == (ID, ())
    only_the_config_changed(before, file.read_bytes())
    the_cell_is_all_that_changed(before, file.read_bytes())
    assert excel.read_file(file).carried_id == ID
    sheet = next(each for each in load_workbook(file).worksheets if each.title.lower() == "config")
    assert ("forecast_id", ID) in {row[:2] for row in sheet.iter_rows(values_only=True)}
    again = file.read_bytes()
    assert stage_file(workspace, file).was_known
    assert file.read_bytes() == again


def test_a_stale_id_is_corrected(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(saved(workbook_of(forecast_document() | {"forecast_id": "0123456789ab"})))
    assert excel.read_file(file).carried_id == "0123456789ab"
    assert stage_file(workspace, file).id == excel.read_file(file).carried_id == ID


def test_the_id_is_put_below_the_settings_and_not_below_what_else_stands_there(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A comment may stand in the last row a sheet can have, and a formula may have an empty text for a value."""
    file, workbook, formula = tmp_path / "f.xlsx", workbook_of(forecast_document()), '=IF(FALSE,"x","")'
    config = workbook["Config"]
    config.delete_rows(next(row[0].row for row in config.iter_rows() if row[0].value == "forecast_id"))
    below = config.max_row + 1
    config.cell(below, 2, formula)
    config["C1"], config["C1048576"] = "Comment", "the last row of all"
    data = saved(workbook)
    part = config_part(data)
    xml = ZipFile(BytesIO(data)).read(part).replace(b'<c r="B%d"' % below, b'<c r="B%d" t="str"' % below)
    file.write_bytes(with_member(data, part, xml))
    stage_file(workspace, file)
    after = load_workbook(file)["Config"]
    assert [after.cell(below + at, column).value for at in (0, 1) for column in (1, 2)] == [
        *(None, formula),
        *("forecast_id", ID),
    ]


def test_mode_and_link_of_the_file_stay(workspace: Workspace, tmp_path: Path) -> None:
    target, link = tmp_path / "target.xlsx", tmp_path / "f.xlsx"
    target.write_bytes(FILES[0].read_bytes())
    target.chmod(0o640)
    link.symlink_to(target)
    stage_file(workspace, link)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert excel.read_file(target).carried_id == ID


def test_a_read_only_workbook_is_staged_with_a_warning(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(FILES[0].read_bytes())
    file.chmod(0o444)
    assert stage_file(workspace, file).notes == (f"Warning: {file} is read-only, so its id is not written into it.",)
    assert file.read_bytes() == FILES[0].read_bytes()


@pytest.mark.parametrize("mark", ["~$f.xlsx", ".~lock.f.xlsx#"])
def test_a_workbook_that_is_open_elsewhere_gets_its_id_and_a_warning(
    workspace: Workspace, tmp_path: Path, mark: str
) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(FILES[0].read_bytes())
    (tmp_path / mark).touch()
    assert stage_file(workspace, file).notes == (
        f"Warning: {file} seems to be open in a spreadsheet program, which would save it without its id.",
    )
    assert excel.read_file(file).carried_id == ID
    assert stage_file(workspace, file).notes == ()


def streamed(data: bytes, change: Callable[[str, bytes], bytes] = lambda name, content: content) -> bytes:
    """The archive as a program writes it that cannot go back: sizes follow the data."""

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with ZipFile(BytesIO(data)) as old, ZipFile(pipe, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return pipe.getvalue()


def prefixed(name: str, content: bytes) -> bytes:
    """A part with a prefix before each of its own names, as some libraries write it."""
    if not re.match(r"xl/(worksheets/sheet\d+|workbook|sharedStrings|styles)\.xml$", name):
        return content
    text = content.decode()
    text = re.sub(r"<(/?)(?=[a-zA-Z])(?!\w+:)", r"<\1x:", text)
    return text.replace(' xmlns="', ' xmlns:x="').encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_prefixes_and_streamed_archives_are_kept(path: Path) -> None:
    before = streamed(path.read_bytes(), prefixed)
    assert any(member.flag_bits & 8 for member, _ in raw_members(before))
    read = excel.read_bytes(before, "f.xlsx")
    after = excel.identified(read, ID)
    only_the_config_changed(before, after)
    assert excel.read_bytes(after, "f.xlsx").carried_id == ID


def test_an_archive_with_something_before_it_stays_readable() -> None:
    before = b"#!/bin/sh\n" + FILES[0].read_bytes()
    after = excel.identified(excel.read_bytes(before, "f.xlsx"), ID)
    assert after.startswith(b"#!/bin/sh\nPK")
    assert excel.read_bytes(after, "f.xlsx").carried_id == ID


SHEET = '<worksheet xmlns="m"><dimension ref="A1:B2"/><sheetData>{}</sheetData><x/></worksheet>'
NEW = '<c r="B2" t="inlineStr"><is><t>id</t></is></c>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<row r="2"><c r="A2"/><c r="B2" s="5" t="s"><v>7</v></c></row>',
         '<row r="2"><c r="A2"/><c r="B2" s="5" t="inlineStr"><is><t>id</t></is></c></row>'),
        ('<row r="2"><c r="A2"/><c r="B2" s="5"/><c r="C2"/></row>',
         '<row r="2"><c r="A2"/><c r="B2" s="5" t="inlineStr"><is><t>id</t></is></c><c r="C2"/></row>'),
        ('<row r="2"><c r="A2"/><c r="C2"/></row>', f'<row r="2"><c r="A2"/>{NEW}<c r="C2"/></row>'),
        ('<row r="2" spans="1:1" ht="15"><c r="A2"/></row>', f'<row r="2" spans="1:2" ht="15"><c r="A2"/>{NEW}</row>'),
        ("<row r='2' spans='1:1'/>", f"<row r='2' spans='1:2'>{NEW}</row>"),
        ("<row><c/></row><row><c/><c><v>1</v></c></row>", f"<row><c/></row><row><c/>{NEW}</row>"),
        ('<row r="1"/><row r="3"/>', f'<row r="1"/><row r="2">{NEW}</row><row r="3"/>'),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>a &gt; "b</t></is></c></row>',
         f'<row r="1"><c r="A1" t="inlineStr"><is><t>a &gt; "b</t></is></c></row><row r="2">{NEW}</row>'),
        ('<row r="2" note="a > b"><c r="B2"><v>1</v></c></row>', f'<row r="2" note="a > b">{NEW}</row>'),
        ('<row r="2"><!-- <c r="B2"> --><c r="B2"><v>1</v></c></row>', f'<row r="2"><!-- <c r="B2"> -->{NEW}</row>'),
        ("", f'<row r="2">{NEW}</row>'),
    ],
    ids=["shared text", "empty cell", "missing cell", "at the end", "empty row", "without references", "missing row",
         "last row", "a sign in a value", "a comment", "no rows"],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_cell_is_put_where_it_belongs(before: str, after: str, encoding: str) -> None:
    def encoded(rows: str) -> bytes:
        mark = "\ufeff" if encoding != "utf-8" else ""
        return (mark + SHEET.format(rows)).encode(encoding)

    assert with_text(encoded(before), 2, 2, "id") == encoded(after)


def test_what_is_used_grows_with_the_cell() -> None:
    found = with_text(SHEET.format("").encode(), 12, 28, "id").decode()
    assert '<dimension ref="A1:AB12"/>' in found


@given(contents=st.dictionaries(st.text("abc/é", min_size=1), st.binary(), min_size=1), new=st.binary(), data=st.data())
def test_any_archive_keeps_its_other_members(contents: dict[str, bytes], new: bytes, data: st.DataObject) -> None:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for position, (name, content) in enumerate(contents.items()):
            archive.writestr(name, content, (ZIP_STORED, ZIP_DEFLATED)[position % 2])
        archive.comment = b"made by hand"
    chosen = data.draw(st.sampled_from(sorted(contents)))
    changed = with_member(stream.getvalue(), chosen, new)
    with ZipFile(BytesIO(changed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == contents | {chosen: new}
        assert archive.comment == b"made by hand"


def test_sizes_of_64_bits_are_written_in_their_ordinary_place() -> None:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("other", b"o" * 99)
        with archive.open("large", "w", force_zip64=True) as member:
            member.write(b"x" * 1000)
        archive.writestr("last", b"l")
    changed = with_member(stream.getvalue(), "large", b"short")
    with ZipFile(BytesIO(changed)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in ("other", "large", "last")] == [b"o" * 99, b"short", b"l"]
    head = changed[changed.index(b"large") - 30 :]
    assert struct.unpack_from("<3L", head, 14) == (zlib.crc32(b"short"), len(zlib_packed(b"short")), 5)


def zlib_packed(content: bytes) -> bytes:
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def test_a_workbook_that_was_changed_meanwhile_stays_as_it_is(workspace: Workspace, tmp_path: Path) -> None:
    from ef_engine.service.write_id import write_id

    file = tmp_path / "f.xlsx"
    file.write_bytes(FILES[0].read_bytes())
    read = excel.read_file(file)
    os.truncate(file, 100)
    assert write_id(file, read, ID) == f"Warning: {file} was changed meanwhile; stage it again."
    assert file.stat().st_size == 100


def with_odd_directory(data: bytes) -> bytes:
    """The archive with the place of its last member where only 64-bit programs look."""
    at, end = data.rindex(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry = bytearray(data[at:end])
    offset = entry[42:46]
    entry[42:46] = b"\xff" * 4
    entry[30:32] = struct.pack("<H", 12)
    name_end = 46 + int.from_bytes(entry[28:30], "little")
    entry[name_end:name_end] = struct.pack("<2HQ", 1, 8, int.from_bytes(offset, "little"))
    tail = bytearray(data[end:])
    tail[12:16] = struct.pack("<L", int.from_bytes(tail[12:16], "little") + 12)
    return data[:at] + bytes(entry) + bytes(tail)


def test_an_archive_too_odd_to_change_is_staged_with_a_warning(workspace: Workspace, tmp_path: Path) -> None:
    file, before = tmp_path / "f.xlsx", with_odd_directory(FILES[0].read_bytes())
    file.write_bytes(before)
    staged = stage_file(workspace, file)
    assert staged.id == ID
    assert staged.notes == (
        f"Warning: the id is not written into {file}, which is damaged (its directory is not an ordinary one).",
    )
    assert file.read_bytes() == before
