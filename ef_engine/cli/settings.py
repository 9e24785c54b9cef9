"""Settings and where each comes from: command line, then `EF_*` environment, then config file, then default.

The config file is TOML with the names of the options as keys; a profile is a table `[profiles.NAME]` that goes first.
What is the dashboard's alone stands in a table `[dashboard]` of either.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ef_engine.cli import dashboard_settings
from ef_engine.cli.mistakes import suggestion
from ef_engine.cli.options import SETTINGS, Option
from ef_engine.errors import CommandError, NotFoundError
from ef_engine.secret import Secret
from ef_engine.service.rights import Right
from ef_engine.service.workspace import login_name
from ef_engine.store.places import config_home, default_home

DEFAULT = "default"
_EVERY = (*SETTINGS, *dashboard_settings.OPTIONS)
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and the words for where it comes from; None is not set."""

    value: Any
    origin: str


def resolve(args: argparse.Namespace, environment: Mapping[str, str]) -> dict[str, Setting]:
    """Every setting by name; raises CommandError for a config file or variable that makes no sense."""
    given = vars(args)
    from_file = _read_config(given, environment)
    keys = {name: each for name, each in from_file.items() if name.startswith(dashboard_settings.KEYS)}
    return {option.name: _resolve_one(option, given, environment, from_file) for option in _EVERY} | keys


def _resolve_one(
    option: Option, given: Mapping[str, Any], environment: Mapping[str, str], from_file: Mapping[str, Setting]
) -> Setting:
    variable = f"EF_{option.name.upper().replace('.', '_')}"
    if option.name in given and not option.is_of_file:
        return Setting(given[option.name], "command line")
    if environment.get(variable) and not option.is_of_file:
        return Setting(_checked(option, environment[variable], variable), variable)
    if option.name in from_file:
        return from_file[option.name]
    origin = "EF_HOME" if option.name == "workspace" and environment.get("EF_HOME") else DEFAULT
    return Setting(_default(option.name, environment), origin)


def _default(name: str, environment: Mapping[str, str]) -> Any:
    match name:
        case "workspace":
            return str(default_home(environment))
        case "username":
            return login_name(environment)
        case "log_level":
            return "info"
        case "engine":
            return "local"
        case "approximate":
            return False
    return dashboard_settings.default_of(name) if name.startswith(f"{dashboard_settings.TABLE}.") else None


def _checked(option: Option, value: Any, place: str) -> Any:
    """The value as the option wants it: one of its words, some of them, true or false, or text."""
    if option.is_of_file:
        return _checked_list(option, value, place)
    dashboard_settings.check(option.name, value, place)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if option.metavar is None:
        if text.lower() not in _TRUE + _FALSE:
            raise CommandError(f"{place} cannot be {text!r}", "write true or false")
        return text.lower() in _TRUE
    if option.choices and text not in option.choices:
        raise CommandError(f"{place} cannot be {text!r}", f"it is one of {', '.join(option.choices)}")
    return Secret(text) if option.is_secret else text


def _checked_list(option: Option, value: Any, place: str) -> frozenset[Right]:
    if not isinstance(value, list):
        raise CommandError(f"{place} is no list", f'write {option.name} = ["READ", "RUN"]')
    known = {right.value: right for right in Right}
    for each in value:
        if str(each).upper() not in known:
            remedy = suggestion(str(each).upper(), known, f"it is one of {', '.join(known)}")
            raise CommandError(f"{place} has no {each!r}", remedy)
    return frozenset(known[str(each).upper()] for each in value)


def config_path(given: Mapping[str, Any], environment: Mapping[str, str]) -> Path:
    """The config file that is read, if it is there."""
    chosen = given.get("config") or environment.get("EF_CONFIG")
    return Path(chosen).expanduser() if chosen else config_home(environment) / "config.toml"


def profile_environment(given: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which another command, wherever it runs, reads the config file and profile that were given."""
    if not (given.get("config") or given.get("profile")):
        return {}
    profile = given.get("profile") or environment.get("EF_PROFILE")
    chosen = {"EF_CONFIG": str(config_path(given, environment).absolute())}
    return chosen | ({"EF_PROFILE": profile} if profile else {})


def _read_config(given: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Setting]:
    chosen = given.get("config") or environment.get("EF_CONFIG")
    path = config_path(given, environment)
    profile = given.get("profile") or environment.get("EF_PROFILE")
    if not path.is_file():
        if chosen or profile:
            raise NotFoundError(f"there is no config file {path}", "write it, or leave out --config and --profile")
        return {}
    document = _load(path)
    profiles = document.pop("profiles", {})
    profile = profile or document.get("profile")
    settings = _of_table(document, str(path))
    return settings | (_of_profile(profiles, profile, path) if profile else {})


def _of_profile(profiles: Any, profile: str, path: Path) -> dict[str, Setting]:
    if not isinstance(profiles, dict) or not isinstance(profiles.get(profile), dict):
        raise NotFoundError(f"{path}: there is no profile {profile!r}", f"add a table [profiles.{profile}]")
    return _of_table(profiles[profile], f"{path}, profile {profile}")


def _load(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: this is no TOML ({error})", "correct it, or name another with --config") from error


def _of_table(table: Mapping[str, Any], place: str) -> dict[str, Setting]:
    known = {option.name: option for option in _EVERY if option.name != "config"}
    found = {}
    for key, value in dashboard_settings.flattened(table, place).items():
        if key.startswith(dashboard_settings.KEYS):
            found[key] = Setting(value, place)
        elif key in known:
            found[key] = Setting(_checked(known[key], value, f"{place}: {key}"), place)
        else:
            remedy = suggestion(key, known, "see `ef_cli config show`")
            raise CommandError(f"{place}: there is no setting {key!r}", remedy)
    return found
