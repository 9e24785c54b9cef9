from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from ef_engine.errors import InputError, NotFoundError
from ef_engine.model.content_id import forecast_id
from ef_engine.model.forecast import Forecast
from ef_engine.model.forecast_set import ForecastSet
from ef_engine.sources.json_file import LARGEST_FILE, read_bytes, read_file, with_id
from ef_engine.sources.json_text import dumps
from tests.model.documents import forecast, forecast_document, forecast_set, set_document


def refusal(data: bytes, name: str = "f.json") -> list[str]:
    """What is said about bytes that are no input."""
    with pytest.raises(InputError) as caught:
        read_bytes(data, name)
    return str(caught.value).split("\n")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "forecast.json"
    path.write_bytes(dumps(forecast_document()).encode())
    return path


def test_a_file_is_read_with_its_bytes_and_the_id_it_carries(file: Path) -> None:
    data = with_id(file.read_bytes(), "forecast_id", "0123456789ab")
    file.write_bytes(data)

    loaded = read_file(file)

    assert (loaded.name, loaded.kind, loaded.carried_id, loaded.data) == (str(file), "forecast", "0123456789ab", data)
    assert loaded.value == forecast()


def test_a_set_is_told_by_its_schema() -> None:
    data = dumps(set_document() | {"forecast_set_id": "S0123456789ab"}).encode()
    loaded = read_bytes(data, "standard input")
    assert (loaded.kind, loaded.carried_id) == ("forecastset", "S0123456789ab")
    assert isinstance(loaded.value, ForecastSet)
    assert loaded.value == forecast_set()


def test_without_id_none_is_carried(file: Path) -> None:
    assert read_file(file).carried_id is None


def test_the_other_kind_than_expected_is_refused_with_the_right_command() -> None:
    with pytest.raises(InputError, match="use `stage forecastset FILE`"):
        read_bytes(dumps(set_document()).encode(), "f.json", "forecast")
    with pytest.raises(InputError, match="use `stage forecast FILE`"):
        read_bytes(dumps(forecast_document()).encode(), "f.json", "forecastset")


def test_layout_and_byte_order_mark_do_not_matter() -> None:
    data = dumps(forecast_document()).encode()
    values = [read_bytes(each, "f").value for each in (data, b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"))]
    assert values == [forecast()] * 3


def test_writing_the_id_does_not_change_the_id(file: Path) -> None:
    value = read_file(file).value
    assert isinstance(value, Forecast)
    again = read_bytes(with_id(file.read_bytes(), "forecast_id", forecast_id(value)), "f").value
    assert again == value


def test_numbers_are_read_as_written() -> None:
    document = dumps(forecast_document()).replace('"balance": 5,', '"balance": 0.1234565000000000000000000001,')
    [savings] = [each for each in forecast_of(document).accounts if each.name == "Savings"]
    assert getattr(savings, "balance", None) == 123457


def forecast_of(text: str) -> Forecast:
    """The forecast in the text of a document."""
    value = read_bytes(text.encode(), "f").value
    assert isinstance(value, Forecast)
    return value


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "f.json: is empty; write a document into it; `template json` makes one."),
        (b" \n", "f.json: is empty; write a document into it; `template json` makes one."),
        (b"[1]", "f.json: must hold an object, not a list; write the document in braces; `template json` makes one."),
        (b'{"a": 1', "f.json, line 1, column 8: is cut off: the document ends too early; complete it."),
        (
            b'{\n  "a": 1,\n}',
            'f.json, line 3, column 1: is not JSON at "}"; '
            "write a key in double quotes there, and no comma before a closing brace.",
        ),
        (
            b'{"a": 1 "b": 2}',
            'f.json, line 1, column 9: is not JSON at ""b": 2}"; write a comma there, or close what was opened before.',
        ),
        (
            b'{"a": "1\n"}',
            'f.json, line 1, column 9: is not JSON at "\\n"}"; write line breaks inside text as \\n.',
        ),
        (b"{} {}", 'f.json, line 1, column 4: is not JSON at "{}"; remove what follows the end of the document.'),
        ("{}".encode("utf-16"), "f.json: is encoded as UTF-16, not UTF-8; save it as UTF-8."),
        ("{}".encode("utf-16-le"), "f.json: is encoded as UTF-16, not UTF-8; save it as UTF-8."),
        ("{}".encode("utf-32"), "f.json: is encoded as UTF-32, not UTF-8; save it as UTF-8."),
        (
            '{\n"a": "é"}'.encode("latin-1"),
            "f.json, line 2: is not UTF-8 (byte 0xe9), perhaps Latin-1 or Windows-1252; save it as UTF-8.",
        ),
        (b"[" * 200_000, "f.json: is nested too deeply; remove some of its brackets."),
        (b'{"a": ' * 200_000, "f.json: is nested too deeply; remove some of its brackets."),
    ],
    ids=range(14),
)
def test_what_is_no_document_is_refused_at_its_place(data: bytes, expected: str) -> None:
    assert refusal(data) == [expected]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1" * 10_000_000, "0." + "1" * 5000, "1e99999999999999999999"])
def test_numbers_nobody_means_are_refused_at_their_place(number: str) -> None:
    data = dumps(forecast_document()).replace('"balance": 1000,', f'"balance": {number},').encode()
    problem = "must be a finite number of ordinary length; write a plain number such as 1250.50."
    assert refusal(data) == [f"f.json: accounts[0].balance: {problem}"]


def test_all_problems_of_a_document_are_told_each_in_a_line(file: Path) -> None:
    document: dict[str, Any] = forecast_document()
    document["start_date"], document["accounts"][4]["apr"] = "soon", -1
    assert refusal(dumps(document).encode()) == [
        'f.json: start_date: must be a date, not text "soon"; write it as "2026-01-31".',
        "f.json: accounts[4].apr: must be between 0 and 100, not -1; write 0.05 for 5 %.",
    ]


def test_repeated_keys_are_told_with_all_other_problems() -> None:
    document: dict[str, Any] = forecast_document()
    repeated = dumps(document).replace('"name": "Checking"', '"name": "Checking", "name": "Checking"', 1)
    problem = "f.json: accounts[0].name: stands there more than once; keep one of them."
    assert refusal(repeated.encode()) == [problem]
    assert refusal(repeated.replace('"balance": 1000,', '"balance": "much",').encode()) == [
        problem,
        'f.json: accounts[0].balance: must be a number, not text "much"; write a plain number such as 1250.50.',
    ]


def test_keys_nobody_would_write_are_shown_harmlessly() -> None:
    document = forecast_document() | {"\x1b[31m": 1, "a b": 1, "\ud800": 1, "k" * 1000: 1}
    lines = refusal(json.dumps(document, default=str).encode())
    assert lines[:3] == [
        'f.json: ["\\x1b[31m"]: "\\x1b[31m" is no key of a forecast; rename or remove it.',
        'f.json: ["a b"]: "a b" is no key of a forecast; rename or remove it.',
        'f.json: ["\\ud800"]: "\\ud800" is no key of a forecast; rename or remove it.',
    ]
    assert max(map(len, lines)) < 200


def test_a_missing_file_is_not_found(tmp_path: Path, file: Path) -> None:
    for path in (tmp_path / "none.json", file / "below"):
        with pytest.raises(NotFoundError) as caught:
            read_file(path)
        assert str(caught.value) == f"there is no file {path}; check the path."


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_file(tmp_path)
    assert str(caught.value) == f"{tmp_path}: is a directory; name a file in it."


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="cannot be read: too many levels of symbolic links"):
        read_file(tmp_path / "loop")


def test_an_impossible_path_is_refused() -> None:
    with pytest.raises(InputError, match="is no possible path"):
        read_file("a\0b")


def test_an_enormous_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.json"
    with path.open("wb") as sparse:
        sparse.truncate(100 * 2**20)
    with pytest.raises(InputError) as caught:
        read_file(path)
    assert str(caught.value) == f"{path}: is larger than 64 MB; no forecast is that large; name another file."


def test_an_endless_stream_is_refused() -> None:
    assert stat.S_ISCHR(os.stat("/dev/zero").st_mode)
    with pytest.raises(InputError, match="is larger than 64 MB"):
        read_file("/dev/zero")
    with pytest.raises(InputError, match="is larger than 64 MB"):
        read_bytes(bytes(LARGEST_FILE + 1), "standard input")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(dumps(forecast_document()).encode(),))
    writer.start()
    assert read_file(pipe).value == forecast()
    writer.join()
