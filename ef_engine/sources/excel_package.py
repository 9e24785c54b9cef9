"""An .xlsx file as what it is, a zip archive of XML parts: looked over before any library opens it.

Whatever could cost more than reading it, or bring in what is not in the file, is refused with a sentence: huge
contents, document types and their entities, data from elsewhere, macros, passwords, other kinds of spreadsheets.
"""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ef_engine.errors import InputError, Problem

MOST_BYTES = 400 * 2**20
"""The most that all parts may hold together; a sheet of 100,000 full rows takes a tenth of it."""

MOST_SMALL_BYTES = 64 * 2**20
"""The most any part but a sheet may hold: it is kept in memory whole, in several times its size."""

MOST_PARTS = 10_000
_PIECE = 2**14
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of old Office versions begin, and new ones that are encrypted."""

_SAVE = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)"
_BREAKS_OFF = (BadZipFile, zlib.error, EOFError, NotImplementedError)
_MAIN = re.compile(r"application/(?:vnd\.openxmlformats-officedocument\.spreadsheetml|vnd\.ms-excel)\.(.*)main(\+xml)?")
_OTHERS = {
    "sheet.macroEnabled.": "holds macros",
    "template.": "is a template, not a workbook",
    "template.macroEnabled.": "holds macros",
    "sheet.binary.macroEnabled.": "is a binary workbook (.xlsb)",
}
_FROM_ELSEWHERE = ("externalLink", "externalLinkPath", "connections", "oleObject", "attachedTemplate")
_MAIN_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook that may be opened. `sheets` has the part of each worksheet by its title, in the workbook's order."""

    name: str
    data: bytes
    archive: ZipFile
    sheets: dict[str, str]

    def part(self, name: str) -> bytes:
        """The content of a part; InputError if it cannot be unpacked."""
        try:
            return self.archive.read(name)
        except (*_BREAKS_OFF, KeyError) as error:
            raise damaged(self.name, str(error)) from None


def open_package(data: bytes, name: str) -> Package:
    """The workbook in the bytes of a file that problems call `name`; InputError for one that is refused."""
    if data.startswith(_COMPOUND):
        raise _old_or_encrypted(data, name)
    try:
        archive = ZipFile(BytesIO(data))
    except _BREAKS_OFF:
        raise _no_workbook(data, name) from None
    _check_sizes(archive, name)
    try:
        _check_form(archive, name)
        return Package(name, data, archive, _worksheets(archive, name))
    except (*_BREAKS_OFF, expat.ExpatError, ElementTree.ParseError, KeyError, UnicodeError, LookupError) as error:
        raise damaged(name, str(error)) from None


def damaged(name: str, why: str) -> InputError:
    """The error for a workbook that breaks the rules of its own format."""
    return _problem(name, f"is damaged ({why.strip(chr(39))})", _SAVE)


def _problem(name: str, problem: str, remedy: str) -> InputError:
    return InputError([Problem(name, problem, remedy)])


def _no_workbook(data: bytes, name: str) -> InputError:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _problem(name, "is JSON, not an Excel workbook", "leave out --source excel, or name another file")
    return _problem(name, "is no Excel workbook", _SAVE)


def _old_or_encrypted(data: bytes, name: str) -> InputError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _problem(name, "is protected by a password", "save it without one")
    return _problem(name, "is a workbook of an old Excel version (.xls)", _SAVE)


def _check_sizes(archive: ZipFile, name: str) -> None:
    """Nothing is unpacked for this: of each part no more is ever read than its entry says here."""
    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise damaged(name, "it holds two parts of one name")
    if any(member.flag_bits & 1 for member in members):
        raise _problem(name, "is protected by a password", "save it without one")
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise _problem(name, "is packed in an unusual way", _SAVE)
    small = max((member.file_size for member in members if not _is_sheet(member)), default=0)
    if (
        len(members) > MOST_PARTS
        or small > MOST_SMALL_BYTES
        or sum(member.file_size for member in members) > MOST_BYTES
    ):
        raise _problem(name, "holds far more than any forecast once it is unpacked", "remove what is not needed")


def _is_sheet(member: ZipInfo) -> bool:
    return "/worksheets/" in member.filename


def _check_form(archive: ZipFile, name: str) -> None:
    names = archive.namelist()
    if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis"):
        raise _problem(name, "is an OpenDocument spreadsheet", _SAVE)
    if "[Content_Types].xml" not in names:
        raise _problem(name, "is no Excel workbook", _SAVE)
    for each in names:
        if each.endswith((".xml", ".rels", ".vml")):
            with archive.open(each) as stream:
                if _has_doctype(stream):
                    raise _problem(f"{name}, {each}", "declares a document type, as no workbook does", _SAVE)
    for kind in _kinds(archive):
        if kind in _OTHERS:
            raise _problem(name, _OTHERS[kind], _SAVE)
    if any(each.endswith("vbaProject.bin") for each in names):
        raise _problem(name, "holds macros", _SAVE)
    _refuse_elsewhere(archive, name)


class _FirstTagError(Exception):
    """The first tag was met: no document type can follow."""


def _has_doctype(stream: IO[bytes]) -> bool:
    """Whether an XML part declares a document type, in whatever encoding; only its beginning is read."""
    parser, found = expat.ParserCreate(), []

    def met(*_: object) -> None:
        raise _FirstTagError

    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    parser.StartElementHandler = met
    try:
        while not found and (piece := stream.read(_PIECE)):
            parser.Parse(piece, False)
    except _FirstTagError:
        pass
    return bool(found)


def _kinds(archive: ZipFile) -> Iterator[str]:
    """What the main part is said to be, such as `sheet.`."""
    for element in ElementTree.fromstring(archive.read("[Content_Types].xml")):
        found = _MAIN.fullmatch(element.get("ContentType", ""))
        if found and element.tag.endswith("}Override"):  # defaults may name kinds of parts that are not there
            yield found[1]


def _refuse_elsewhere(archive: ZipFile, name: str) -> None:
    """Links a reader clicks on are harmless; whatever a program would fetch by itself is not."""
    for part in archive.namelist():
        if not part.endswith(".rels"):
            continue
        for link in ElementTree.fromstring(archive.read(part)):
            kind = posixpath.basename(link.get("Type", ""))
            if kind in _FROM_ELSEWHERE or (link.get("TargetMode") == "External" and kind != "hyperlink"):
                problem = f"takes data from outside the file ({kind})"
                raise _problem(name, problem, "paste the values in place of the links and remove the links")


def _worksheets(archive: ZipFile, name: str) -> dict[str, str]:
    """The part of each worksheet by title, as the workbook says; titles that are no worksheet are left out."""
    main = next((target for kind, _, target in _relations(archive, "") if kind == "officeDocument"), None)
    if main is None:
        raise _problem(name, "is no Excel workbook", _SAVE)
    workbook = ElementTree.fromstring(archive.read(main))
    space = workbook.tag.partition("}")[0].lstrip("{")
    if space != _MAIN_SPACE:
        raise _problem(name, "is saved as Strict Open XML", _SAVE)
    parts = {key: target for kind, key, target in _relations(archive, main) if kind == "worksheet"}
    found = {}
    for sheet in workbook.iterfind(f"{{{space}}}sheets/{{{space}}}sheet"):
        key = next((value for label, value in sheet.attrib.items() if label.endswith("}id")), "")
        if key in parts:
            found[sheet.get("name", "")] = parts[key]
    return found


def _relations(archive: ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Kind, id and part of everything a part refers to within the package."""
    directory, base = posixpath.split(part)
    for link in ElementTree.fromstring(archive.read(posixpath.join(directory, "_rels", f"{base}.rels"))):
        target = posixpath.normpath(posixpath.join("/", directory, link.get("Target", ""))).lstrip("/")
        yield posixpath.basename(link.get("Type", "")), link.get("Id", ""), target
