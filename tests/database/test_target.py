"""Which database the options name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ef_engine.errors import CommandError
from ef_engine.secret import revealed
from ef_engine.service.database import init
from ef_engine.sources.database.schema import VERSION
from ef_engine.sources.database.target import Target, target_of
from tests.database.servers import scalar

DEFAULT = Path("data/database.sqlite")


def named(**options: str) -> Target:
    return target_of({f"database_{name}": value for name, value in options.items()}, DEFAULT)


def test_without_options_it_is_the_default_file() -> None:
    assert named() == Target(file=DEFAULT, is_default=True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///house.sqlite", Target(file=Path("house.sqlite"))),
        ("sqlite:////var/a%20b.db", Target(file=Path("/var/a b.db"))),
        ("postgresql://h/d", Target(hostname="h", name="d")),
        ("postgres://u@h:5433/d", Target(hostname="h", port=5433, name="d", username="u")),
        ("postgresql+psycopg://u%40x@[::1]:1/d", Target(hostname="::1", port=1, name="d", username="u@x")),
        ("postgresql://u@%2Ftmp%2FMixed/d", Target(hostname="/tmp/Mixed", name="d", username="u")),
        ("postgresql:///d?host=/tmp/Mixed&user=u", Target(hostname="/tmp/Mixed", name="d", username="u")),
        ("postgresql+psycopg2://h/d", Target(hostname="h", name="d")),
        ("postgresql://h/d?sslmode=require", Target(hostname="h", name="d", parameters={"sslmode": "require"})),
        ("postgresql://", Target()),
    ],
)
def test_a_url_says_it_all(url: str, expected: Target) -> None:
    assert named(url=url) == expected


def test_options_win_over_the_url() -> None:
    found = named(url="postgresql://u:p@h:1/d", hostname="other", port="2", name="e", username="v", password="q")
    assert (found.hostname, found.port, found.name, found.username) == ("other", 2, "e", "v")
    assert found.password is not None
    assert revealed(found.password) == "q"


@pytest.mark.parametrize("password", ["p@ss", "p:w", "%41", "a b", "ü", "p/w"])
def test_a_password_in_a_url_may_hold_anything(password: str) -> None:
    from urllib.parse import quote

    found = named(url=f"postgresql://u:{quote(password, safe='')}@h/d")
    assert found.password is not None
    assert revealed(found.password) == password
    assert password not in repr(found)


@pytest.mark.parametrize(
    "url", ["", "postgresql", "http://h/d", "sqlite://", "sqlite:///:memory:", "postgresql://h:x/d"]
)
def test_what_is_no_url_of_a_database_is_refused(url: str) -> None:
    if not url:
        assert named(url=url).is_default
        return
    with pytest.raises(CommandError, match="the database URL") as caught:
        named(url=url)
    assert url.partition("//")[2] not in str(caught.value).replace("sqlite:///FILE", "") or not url.partition("//")[2]


@pytest.mark.parametrize(
    ("name", "is_file"), [("house.sqlite", True), ("house.db", True), ("./house", True), ("house", False)]
)
def test_a_name_alone_may_be_that_of_a_file(name: str, is_file: bool) -> None:
    assert (named(name=name).file is not None) == is_file
    assert named(name=name, hostname="h").file is None


@pytest.mark.parametrize("name", ["a b.sqlite", "100%.sqlite", "what?.sqlite", "#1.sqlite", "ü/x.sqlite"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    target = Target(file=tmp_path / name)
    assert init(target)
    assert scalar(target, "SELECT version FROM ef_schema") == VERSION
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [target.file]
