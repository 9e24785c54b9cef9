"""Where a workspace lies, and who may look at it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ef_engine.store.places import config_home, default_home, id_of, make_directory, places_under, stem


def test_ef_home_goes_before_the_users_data_directory() -> None:
    assert default_home({"EF_HOME": "/somewhere", "XDG_DATA_HOME": "/data"}) == Path("/somewhere")


def test_the_users_data_directory_follows_xdg() -> None:
    assert default_home({"XDG_DATA_HOME": "/data"}) == Path("/data/ef")
    assert default_home({}) == Path.home() / ".local/share/ef"
    assert config_home({"XDG_CONFIG_HOME": "/config"}) == Path("/config/ef")


def test_a_relative_xdg_path_is_ignored() -> None:
    """As the XDG base directory specification demands."""
    assert default_home({"XDG_DATA_HOME": "data"}) == Path.home() / ".local/share/ef"


def test_each_directory_can_be_moved_by_itself(tmp_path: Path) -> None:
    places = places_under(tmp_path, {"stage": "/elsewhere", "data": None})
    assert (places.stage, places.data) == (Path("/elsewhere"), tmp_path / "data")


def test_names_tell_forecasts_from_sets() -> None:
    assert [stem("0123456789ab"), stem("S0123456789ab")] == ["Forecast_0123456789ab", "ForecastSet_S0123456789ab"]
    assert [id_of("Forecast_ab"), id_of("ForecastSet_Sab"), id_of("other")] == ["ab", "Sab", None]


@pytest.mark.parametrize("umask", [0, 0o022])
def test_directories_are_for_their_owner_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make_directory(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a" / "b")} == {0o700}


def test_a_directory_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_directory(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
