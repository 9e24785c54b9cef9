"""Callables by name, so that a step can be written down and run by any process: `package.module:name`.

A function of a script is named by the script's file. The script is then run up to where it starts its flow, under
another name than `__main__`, so it works with and without a guard.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from ef_engine.errors import CommandError

_loading: list[str] = []


class StopLoadingError(BaseException):
    """A script that is only read for its functions has come to where it starts its flow."""


def stop_if_loading() -> None:
    """Ends the reading of a script; for whatever starts a flow."""
    if _loading:
        raise StopLoadingError(_loading[-1])


def load(target: str, directory: str = "") -> Callable[..., Any]:
    """The callable of that name; raises CommandError if there is none. A file's name may start from `directory`."""
    module_name, _, name = target.rpartition(":")
    try:
        found: Any = _script(Path(directory, module_name)) if _is_file(module_name) else import_module(module_name)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, FileNotFoundError) as error:
        problem = f"{target} cannot be found ({str(error) or type(error).__name__})"
        raise CommandError(problem, "check the name, and that the module can be imported") from error
    if not callable(found):
        raise CommandError(f"{target} cannot be called", "name a function")
    return found  # type: ignore[no-any-return]  # whatever it returns


def _is_file(module_name: str) -> bool:
    return module_name.endswith(".py")


def _script(path: Path) -> ModuleType:
    """The functions of a file, as far as it runs before it starts a flow."""
    path = path.absolute()
    name = f"ef_script_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    module.__file__ = str(path)
    code = compile(path.read_bytes(), str(path), "exec")
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    _loading.append(str(path))
    try:
        exec(code, module.__dict__)
    except StopLoadingError:
        pass
    finally:
        _loading.pop()
    return module


def call_of(function: Callable[..., Any]) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """The name of a callable and the arguments bound to it; raises CommandError for one that has none."""
    if isinstance(function, functools.partial):
        target, args, kwargs = call_of(function.func)
        return target, (*args, *function.args), {**kwargs, **function.keywords}
    module_name = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None)
    if not module_name or not name or "<" in name or not _is_found(function, module_name, name):
        shown = name or type(function).__name__
        problem = f"{shown.rpartition('.')[2] or shown} cannot be sent to a process"
        raise CommandError(
            problem, "define it with `def` at the top of a module or script, without closing over anything"
        )
    return f"{_home(module_name)}:{name}", (), {}


def _is_found(function: Callable[..., Any], module_name: str, name: str) -> bool:
    found: Any = sys.modules.get(module_name)
    for part in name.split("."):
        found = getattr(found, part, None)
    return bool(found == function)


def _home(module_name: str) -> str:
    """Where another process finds a module: by its name, or by its file if it has no name there."""
    module = sys.modules[module_name]
    spec = getattr(module, "__spec__", None)
    if module_name == "__main__" and spec is not None and not spec.name.endswith("__main__"):
        return str(spec.name)
    top = module_name.partition(".")[0]
    if module_name != "__main__" and (top in sys.builtin_module_names or PathFinder.find_spec(top)):
        return module_name
    file = getattr(module, "__file__", None)
    if not file or not str(file).endswith(".py"):
        problem = f"what is defined in {module_name}, which is no file, cannot be sent to a process"
        raise CommandError(problem, "put it into a module or a script")
    return str(Path(file).absolute())
