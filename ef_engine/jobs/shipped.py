"""The user's own code on its way to a worker that does not have it: the Python files around a function.

What is installed where the flow was started has to be installed on the worker too; only what lies beside a script, or
in a folder of the user's, travels.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from ef_engine.errors import CommandError

MOST_BYTES = 10_000_000
_INSTALLED = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Shipped:
    """A function's name where its `files` are unpacked: their texts by relative path."""

    target: str
    files: Mapping[str, bytes]


def shipped(target: str, directory: str, path: Sequence[str]) -> Shipped:
    """A function with the files its module may import; raises CommandError if they are too many to travel."""
    module, _, name = target.rpartition(":")
    if module.endswith(".py"):
        file = Path(directory, module)
        return Shipped(f"{file.name}:{name}", _sources(file.parent))
    top = module.partition(".")[0]
    if top == __name__.partition(".")[0]:
        return Shipped(target, {})
    spec = PathFinder.find_spec(top, [each for each in path if not _is_installed(Path(each))])
    if spec is None or (spec.origin is None and not spec.submodule_search_locations):
        return Shipped(target, {})
    places = list(spec.submodule_search_locations or [])
    return Shipped(target, _sources(Path(places[0] if places else str(spec.origin)).parent))


def _is_installed(place: Path) -> bool:
    """Whether it belongs to an interpreter or its packages."""
    standard = Path(os.__file__).parent
    return bool(_INSTALLED & set(place.parts)) or place == standard or standard in place.parents


def _sources(home: Path) -> dict[str, bytes]:
    """The modules of a folder, and those of the packages in it."""
    packages = [file.parent for file in home.glob("*/__init__.py")]
    found = [*home.glob("*.py"), *(file for package in packages for file in package.rglob("*.py"))]
    files: dict[str, bytes] = {}
    size = 0
    for file in sorted(found):
        files[str(file.relative_to(home))] = data = file.read_bytes()
        if (size := size + len(data)) > MOST_BYTES:
            raise CommandError(
                f"{home} holds more Python files than can be sent with a step", "install them on the workers"
            )
    return files


def unpack(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes the files below a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def settle(folder: Path, directory: str) -> None:
    """Has this process import from the folder, and work in `directory`, if that exists here, or else there too."""
    os.chdir(directory if os.path.isdir(directory) else folder)
    sys.path.insert(0, str(folder))
