"""`main`: from arguments to an exit code, and every error to one sentence.

A closed pipe ends quietly with 141, as for any program in a pipeline. What nobody expected goes to `log/ef.log` with
its traceback, and the sentence names that file.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from ef_engine.cli import parser
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.required_rights import required_right
from ef_engine.cli.settings import resolve
from ef_engine.errors import CommandError, EfError
from ef_engine.service.workspace import open_workspace

INTERRUPTED = 130
CLOSED_PIPE = 141
FAILED = 1

_COLLECTED_AFTER = 50_000
"""New objects between two collections of garbage. A process that answers and ends has none worth a tenth of its time,
nor is there any use in a last collection when it ends, hence the freeze."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line, by default that of this process, and returns its exit code (cli.md, Contract)."""
    if argv is not None:
        return _guarded(list(argv))
    gc.set_threshold(_COLLECTED_AFTER)
    try:
        return _guarded(sys.argv[1:])
    finally:
        gc.freeze()


def _guarded(arguments: list[str]) -> int:
    is_debugging = "--debug" in arguments
    places: list[Path] = []
    _never_fail_to_encode()
    try:
        code = _run(arguments, places)
        sys.stdout.flush()
        return code
    except EfError as error:
        return _report(error, error.exit_code, is_debugging)
    except BrokenPipeError:
        return _closed_pipe()
    except KeyboardInterrupt:
        return _tell("Interrupted.", INTERRUPTED)
    except OSError as error:
        return _report(_system_error(error), FAILED, is_debugging, error)
    except Exception as error:  # the last resort of a program that must not show tracebacks to its users
        return _unexpected(error, places, is_debugging)


def _never_fail_to_encode() -> None:
    """What a terminal of another encoding cannot show becomes an escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(arguments: list[str], log_directories: list[Path]) -> int:
    try:
        args, module = parser.parse(arguments)
    except SystemExit as request:  # argparse ends --help and --version so
        return int(request.code or 0)
    if module is None:
        raise CommandError("no command is given", "see `ef_cli --help`")
    invocation = Invocation(args, resolve(args, os.environ))
    if right := required_right(args.command):
        invocation.require(right)
    log_directories.append(invocation.places.log)
    _warn_of_passwords(invocation)
    open_workspace(invocation.places)
    return int(module.run(invocation) or 0)


def _warn_of_passwords(invocation: Invocation) -> None:
    for name in ("database_password", "database_url"):
        setting = invocation.settings[name]
        if setting.origin == "command line" and setting.value and _gives_away(name, setting.value):
            invocation.say(f"Warning: everybody on this machine can see --{name} in the list of processes.")


def _gives_away(name: str, value: str) -> bool:
    if name == "database_password":
        return True
    from ef_engine.secret import has_password

    return has_password(value)


def _report(error: Exception, code: int, is_debugging: bool, cause: Exception | None = None) -> int:
    if is_debugging:
        import traceback

        traceback.print_exception(cause or error)
    return _tell(str(error), code)


def _tell(text: str, code: int) -> int:
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        return _closed_pipe()
    return code


def _system_error(error: OSError) -> CommandError:
    place = f"{error.filename}: " if error.filename else ""
    remedy = "free some space and try again" if error.errno == 28 else "check the place and who may use it"
    return CommandError(f"{place}{(error.strerror or str(error)).lower()}", remedy)


def _closed_pipe() -> int:
    """Nobody reads on: what is still buffered goes nowhere, so that the interpreter's last flush does not complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            continue
    return CLOSED_PIPE


def _unexpected(error: Exception, log_directories: list[Path], is_debugging: bool) -> int:
    from ef_engine.cli.event_log import log_error

    summary = f"{type(error).__name__}: {error}".rstrip(": ")
    path = log_error(error, log_directories[0]) if log_directories else None
    where = f"the details are in {path}" if path else "--debug shows the details"
    return _report(CommandError(f"something unexpected went wrong ({summary})", where), FAILED, is_debugging, error)
