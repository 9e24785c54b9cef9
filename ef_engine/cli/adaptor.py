"""Somebody's own Python that is handed what `listen` hears: `package.module:callable`.

A function is called with each message, a dict; of a class an object is made, whose `put` is. Whatever it raises is
reported, and listening goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ef_engine.errors import CommandError, NotFoundError


def load_adaptor(name: str, say: Callable[[str], None]) -> Callable[[Mapping[str, Any]], None]:
    """The adaptor of that name, found as Python finds modules from this directory; raises CommandError."""
    put = _putter(name, _found(name))

    def guarded(message: Mapping[str, Any]) -> None:
        try:
            put(dict(message))
        except Exception as error:  # what somebody else wrote may raise anything, and must not end the listening
            say(f"{name} failed with {_text(error)} on {message.get('event') or 'log'} of {message['id']}; going on.")

    return guarded


def _found(name: str) -> Any:
    module_name, _, path = name.partition(":")
    if not module_name or not path:
        raise CommandError(f"{name!r} names no callable", "write package.module:callable")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = import_module(module_name)
    except ModuleNotFoundError as error:
        raise NotFoundError(f"there is no module {error.name!r}", "start where it lies, or set PYTHONPATH") from error
    except Exception as error:  # it is somebody else's code
        raise CommandError(f"{module_name} cannot be imported ({_text(error)})", "correct it") from error
    for part in path.split("."):
        found = getattr(found, part, None)
    if found is None:
        raise NotFoundError(f"{module_name} has no {path!r}", "correct the name behind the colon")
    return found


def _putter(name: str, found: Any) -> Callable[[dict[str, Any]], object]:
    try:
        adaptor = found() if isinstance(found, type) else found
    except Exception as error:  # it is somebody else's code
        raise CommandError(f"{name} cannot be made ({_text(error)})", "its __init__ is given nothing") from error
    put: Callable[[dict[str, Any]], object] | None = getattr(adaptor, "put", None)
    if callable(put):
        return put
    if callable(adaptor) and not isinstance(found, type):
        return adaptor  # type: ignore[no-any-return]  # a function, of which no more is known
    raise CommandError(f"{name} is neither a function nor a class with `put`", "write one of the two")


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
