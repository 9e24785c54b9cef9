"""Where settings come from, and in which order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal


def origins(terminal: Terminal, *options: str) -> dict[str, tuple[object, str]]:
    rows = json.loads(terminal.ok("config", "show", "--origin", "--format", "json", *options))
    return {row["setting"]: (row["value"], row["origin"]) for row in rows}


def test_command_line_then_environment_then_file_then_default(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config" / "ef" / "config.toml"
    config.parent.mkdir(parents=True)
    assert origins(terminal)["log_level"] == ("info", "default")
    config.write_text('log_level = "warning"\napproximate = true\n[profiles.work]\nlog_level = "error"\n')
    assert origins(terminal)["log_level"] == ("warning", str(config))
    assert origins(terminal)["approximate"] == (True, str(config))
    assert origins(terminal, "--profile", "work")["log_level"] == ("error", f"{config}, profile work")
    monkeypatch.setenv("EF_LOG_LEVEL", "debug")
    assert origins(terminal)["log_level"] == ("debug", "EF_LOG_LEVEL")
    assert origins(terminal, "--log_level", "info")["log_level"] == ("info", "command line")


def test_the_workspace_moves_everything_and_a_directory_itself_alone(terminal: Terminal) -> None:
    found = origins(terminal, "--workspace", "/w", "--data_directory", "/d")
    assert [found[f"{part}_directory"][0] for part in ("stage", "data", "lock", "log")] == [
        "/w/stage", "/d", "/w/lock", "/w/log",
    ]  # fmt: skip
    assert found["data_directory"][1] == "command line"


def test_ef_home_is_named_as_origin(terminal: Terminal, home: Path) -> None:
    assert origins(terminal)["workspace"] == (str(home), "EF_HOME")


def test_secrets_are_not_shown_and_a_password_as_option_is_warned_of(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EF_DATABASE_URL", "postgresql://ann:hunter2@host/db")
    out = terminal.ok("config", "show", "--database_password", "hunter2")
    assert "hunter2" not in out + terminal.err
    expected = "Warning: everybody on this machine can see --database_password in the list of processes.\n"
    assert terminal.err == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("log_levle = 'info'", "there is no setting 'log_levle'; did you mean 'log_level'?"),
        ("log_level = 'loud'", "log_level cannot be 'loud'; it is one of debug, info, warning, error."),
        ("approximate = 'perhaps'", "approximate cannot be 'perhaps'; write true or false."),
        ("log_level = ", "this is no TOML"),
    ],
)
def test_a_mistake_in_the_config_file_is_placed(terminal: Terminal, tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "ef.toml").write_text(text)
    assert terminal.run("list", "--config", "ef.toml") == 2
    assert terminal.err.startswith("ef.toml: ")
    assert problem in terminal.err


def test_a_missing_profile_is_named(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "ef.toml").write_text("")
    assert terminal.run("list", "--config", "ef.toml", "--profile", "work") == 4
    assert terminal.err == "ef.toml: there is no profile 'work'; add a table [profiles.work].\n"


def test_a_wrong_variable_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EF_SOURCE", "paper")
    assert terminal.run("list") == 2
    assert terminal.err == "EF_SOURCE cannot be 'paper'; it is one of json, excel, database.\n"


def test_the_table_of_the_dashboard_is_shown_with_its_origin(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert origins(terminal)["dashboard.theme"] == ("auto", "default")
    (tmp_path / "ef.toml").write_text(
        '[dashboard]\ntheme = "light"\nrefresh = "2s"\nmouse = false\n[dashboard.keys]\nrun = "f5"\n'
        '[profiles.far.dashboard]\ntheme = "ansi"\n'
    )
    found = origins(terminal, "--config", "ef.toml")
    assert found["dashboard.theme"] == ("light", "ef.toml")
    assert (found["dashboard.refresh"][0], found["dashboard.mouse"][0]) == ("2s", False)
    assert found["dashboard.keys.run"] == ("f5", "ef.toml")
    far = origins(terminal, "--config", "ef.toml", "--profile", "far")
    assert far["dashboard.theme"] == ("ansi", "ef.toml, profile far")
    monkeypatch.setenv("EF_DASHBOARD_THEME", "contrast")
    assert origins(terminal, "--config", "ef.toml")["dashboard.theme"] == ("contrast", "EF_DASHBOARD_THEME")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dashboard = 1", "ef.toml: dashboard cannot be 1; write a table [dashboard]."),
        ("[dashboard]\nthem = 'x'", "there is no setting 'dashboard.them'; did you mean 'dashboard.theme'?"),
        ("[dashboard]\ntheme = 'x'", "dashboard.theme cannot be 'x'; it is one of auto, dark, light, ansi, contrast."),
        ("[dashboard]\nrefresh = 'x'", "dashboard.refresh: 'x' is no duration such as 40s, 5m, 12h or 30d; correct it"),
        ("[dashboard]\nkeys = 1", "ef.toml: dashboard.keys cannot be 1; write a table [dashboard.keys]."),
        ("[dashboard.keys]\nrun = 5", "dashboard.keys.run cannot be 5; write keys as a text, such as"),
    ],
)
def test_a_mistake_in_the_table_of_the_dashboard_is_placed(
    terminal: Terminal, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "ef.toml").write_text(text)
    assert terminal.run("list", "--config", "ef.toml") == 2
    assert terminal.err.startswith("ef.toml: ")
    assert message in terminal.err
