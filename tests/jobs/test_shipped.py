"""Which files travel with a step's function, and that it finds them where they are unpacked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ef_engine.errors import CommandError
from ef_engine.jobs import shipped as module
from ef_engine.jobs.shipped import settle, shipped, unpack
from ef_engine.jobs.targets import load


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A script, a module beside it, a package it imports, and what has no business on another machine."""
    (tmp_path / "bank" / "rates").mkdir(parents=True)
    (tmp_path / "bank" / "__init__.py").write_text("")
    (tmp_path / "bank" / "rates" / "__init__.py").write_text("RATE = 3\n")
    (tmp_path / "bank" / "secret.txt").write_text("password")
    (tmp_path / "figures.py").write_text("def double(value):\n    return 2 * value\n")
    (tmp_path / "nightly.py").write_text("from figures import double\n\ndef work(value):\n    return double(value)\n")
    return tmp_path


def test_a_script_travels_with_the_modules_beside_it(home: Path) -> None:
    found = shipped("nightly.py:work", str(home), ())

    assert (found.target, sorted(found.files)) == (
        "nightly.py:work",
        ["bank/__init__.py", "bank/rates/__init__.py", "figures.py", "nightly.py"],
    )


def test_a_package_travels_whole_but_for_what_is_no_python(home: Path) -> None:
    found = shipped("bank.rates:RATE", "/", (str(home),))

    assert found.target == "bank.rates:RATE"
    assert {"bank/__init__.py", "bank/rates/__init__.py", "figures.py"} <= found.files.keys()
    assert not [name for name in found.files if name.endswith(".txt")]


@pytest.mark.parametrize("target", ["json:dumps", "filelock:FileLock", "ef_engine.version:VERSION", "nowhere:work"])
def test_what_is_installed_or_is_not_there_does_not_travel(target: str) -> None:
    assert shipped(target, "/", tuple(sys.path)).files == {}


def test_too_much_is_refused_in_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)

    with pytest.raises(
        CommandError, match="more Python files than can be sent with a step; install them on the workers"
    ):
        shipped("nightly.py:work", str(home), ())


@pytest.mark.parametrize("target", ["nightly.py:work", "nightly:work"])
def test_what_is_unpacked_can_be_called_elsewhere(
    home: Path, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shipped(target, str(home), (str(home),))
    (folder := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("figures", "nightly"):
        monkeypatch.setitem(sys.modules, name, sys)
        del sys.modules[name]

    unpack(found.files, folder)
    settle(folder, "/nowhere/at/all")

    assert load(found.target, str(folder))(21) == 42
    assert Path.cwd() == folder.resolve()
