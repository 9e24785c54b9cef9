"""`init` and `template`: the worked example every new user starts from."""

from __future__ import annotations

from pathlib import Path

from ef_engine.errors import CommandError
from ef_engine.store.atomic import write_bytes
from ef_engine.store.places import make_directory

FILES = ("household.json", "household-set.json", "START_HERE.md")
_MODE = 0o600


def sample_bytes(name: str) -> bytes:
    """One file of the sample, as it comes with the package."""
    from importlib.resources import files

    return files("ef_engine.sample").joinpath(name).read_bytes()


def init(directory: Path, is_forced: bool = False) -> list[Path]:
    """Writes the sample into the directory; raises CommandError, and writes nothing, where a file exists already."""
    targets = {directory / name: sample_bytes(name) for name in FILES}
    existing = [path.name for path in targets if path.exists()]
    if existing and not is_forced:
        remedy = "name another directory, or --force to overwrite"
        raise CommandError(f"{directory} holds {', '.join(existing)} already", remedy)
    if directory.exists() and not directory.is_dir():
        raise CommandError(f"{directory} is no directory", "name another one")
    make_directory(directory)
    for path, data in targets.items():
        write_bytes(path, data, mode=_MODE)
    return list(targets)


def template(form: str) -> bytes:
    """The example household as a file to fill in, `json` or `excel`; CommandError for any other form."""
    data = sample_bytes("household.json")
    if form == "json":
        return data
    if form != "excel":
        raise CommandError(f"there is no template {form!r}", "it is json or excel")
    from ef_engine.sources.excel_template import workbook_bytes
    from ef_engine.sources.json_text import parse

    document = parse(data, "household.json")
    del document["comment"]  # it tells of the files that lie beside the JSON
    return workbook_bytes(document)


def write_template(form: str, path: Path, is_forced: bool = False) -> None:
    """Writes a template as a file; raises CommandError where one exists already, since it may have been filled in."""
    if path.exists() and not is_forced:
        raise CommandError(f"{path} exists already", "name another file, or --force to overwrite it")
    write_bytes(path, template(form), mode=_MODE)


def schema_text(name: str) -> str:
    """The JSON Schema of a document (`forecast`, `forecastset` or `flow`) as JSON."""
    from ef_engine.sources.json_text import dumps
    from ef_engine.sources.schemas import schema

    return dumps(schema(name))
