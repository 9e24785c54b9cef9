"""Every command of `ef_cli`, in the order the help shows them; each is a module with `add_arguments` and `run`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, the words it takes, one line of help, and the module it lives in (default: its name).

    `about` is what its own help says beyond that line; `options` are those of every command that it shows there. One
    that `is_later` is known and parsed, and answers what to use instead. `parts` are what its second word may be, each
    with options of its own. One that `has_rest` takes whatever stands behind `--` as it is.
    """

    name: str
    words: str
    help: str
    aliases: tuple[str, ...] = ()
    module_name: str = ""
    is_later: bool = False
    about: str = ""
    options: tuple[str, ...] = ()
    parts: tuple[Command, ...] = ()
    has_rest: bool = False

    @property
    def module(self) -> str:
        """The module under this package."""
        return self.module_name or self.name.replace("-", "_")

    @property
    def summary(self) -> str:
        """The line of help, honest about what is missing."""
        return f"{self.help} (a later version)" if self.is_later else self.help


_LISTING = ("format", "no_header", "quiet")
_DATABASE = (
    "database_hostname", "database_port", "database_name", "database_username", "database_password", "database_url",
)  # fmt: skip

_CALLS = Command(
    "calls", "", "one record for everything that ran, runs or waits", ("--all",), "ls_calls", options=_LISTING
)
_LISTS = (
    _CALLS,
    Command(
        "call", "--id ID | -n NAME", "one of them: where it comes from, and what happened to it",
        module_name="ls_call", options=("format",),
    ),
    Command("stats", "", "how many there are, how they ended, how long they took", (), "stats", options=_LISTING),
    Command("workers", "", "the processes that work, and on what", module_name="ls_workers", options=_LISTING),
)  # fmt: skip

_SCHEDULES = (
    Command(
        "add",
        "NAME TIME [options] -- COMMAND",
        "a command and when it is due",
        module_name="schedule_add",
        options=("force",),
        has_rest=True,
        about="TIME is --cron FIELDS or --interval DURATION. COMMAND is one of ef_cli, without that word, or else a "
        "program with its arguments.",
    ),
    Command("list", "", "every schedule, and when it is due", module_name="schedule_list", options=_LISTING),
    Command("remove", "NAME...", "forget a schedule", module_name="schedule_remove"),
    Command("serve", "[NAME...]", "run what is due, until interrupted", module_name="schedule_serve"),
    Command("print", "[NAME...] --crontab | --systemd", "for the machine's own scheduler", (), "schedule_print"),
)

COMMANDS = (
    Command(
        "init", "[DIR]", "a workspace with a worked example", options=("force",),
        about="Writes two documents and a page that says what to change first, by default into this directory.",
    ),
    Command(
        "stage", "[forecast|forecastset] FILE", "check a document, write its id into it, keep it to be run",
        about="FILE may be - for standard input. Prints the id; the same content again changes nothing.",
        options=("approximate",),
    ),
    Command(
        "stage-select", "", "stage from one SELECT a dataset",
        about="Each SELECT only reads, and has the columns of its dataset. Prints the id.",
        options=("approximate", *_DATABASE),
    ),
    Command(
        "restage", "forecast|forecastset ID", "the same with other dates, as a new forecast", options=("approximate",)
    ),
    Command(
        "run", "[forecast|forecastset|flow] FILE|ID", "simulate; stages a file first",
        about="Prints a line `ID OUTCOME`, for a set one a scenario before its own. What has a result is left alone. "
        "`flow FILE|NAME` runs the steps of a flow, one line each, or goes on with it.",
        options=("approximate", "force"),
    ),
    Command(
        "list", "[forecast|forecastset]", "loaded, staged, in progress, evaluated", module_name="list_command",
        options=_LISTING, parts=(_CALLS,),
    ),
    Command("ls", "[calls|call|stats|workers]", "as list; or records, workers", module_name="list_command",
        options=_LISTING, parts=_LISTS,
    ),
    Command(
        "ps", "", "what runs now", options=_LISTING,
        about="Flags what gives no sign of life (frozen), gets no further (stuck), or whose process died (lost).",
    ),
    Command(
        "wait", "ID...", "wait until they are done",
        about="Prints a line `ID OUTCOME` as each ends; ends with 1 if one has no result, or if time is up.",
    ),
    Command(
        "restart", "ID...", "run again what failed, was stopped or got lost",
        about="A new attempt through the queue; earlier logs stay. Of a set, only what has no result runs again.",
    ),
    Command(
        "kill", "[forecast|forecastset|flow] ID", "stop it wherever it runs",
        about="Asks it to stop, then makes it; what waits is taken out of the queue. The others go on. `kill "
        "worker PID` ends a process of `ls workers`, and with it what it runs.",
    ),
    Command(
        "pause", "[ID]", "hold a running forecast, or the queue",
        about="Without an id nothing new begins until `ef_cli resume`, and what runs goes on.",
    ),
    Command("resume", "[ID]", "let a paused forecast, or the queue, go on"),
    Command(
        "report", "[forecast|forecastset] ID", "what happens, as text, csv or json", options=("format",),
        about="Of a forecast, csv is the daily table and json the whole result; of a set, both are a row a scenario.",
    ),
    Command(
        "compare", "[forecast] ID ID [ID [ID]]", "two to four forecasts side by side", options=("format",),
        about="The others against the first: milestones moved by how many days, interest, final balances, and what "
        "differs in the inputs.",
    ),
    Command("show", "ID", "everything about one", ("inspect",), options=("format",)),
    Command(
        "explain", "ID [MEMO]", "why items were skipped, reduced or deferred", options=("format",),
        about="MEMO is a part of a memo, or a regular expression: every occurrence it fits is told, confirmed or not.",
    ),
    Command("log", "ID", "what an attempt logged"),
    Command(
        "listen", "", "what happened and happens, event by event", options=("format",),
        about="Prints the past and ends; with --follow it goes on. Of --format json, each line is an object.",
    ),
    Command("stats", "", "how many there are, how they ended, how long they took", options=_LISTING),
    Command(
        "note", "ID TEXT", "write a remark on one",
        about="`show` and `ls call` tell it, for as long as the workspace exists.",
    ),
    Command(
        "lock", "ID", "keep one from being restaged, deleted or killed",
        about="Whoever tries is told who locked it. Only its owner unlocks it, or --force.",
    ),
    Command("unlock", "ID", "end a lock", options=("force",)),
    Command(
        "stack", "ID", "what a stuck one is doing",
        about="Prints the Python stack of its process, even one that is busy in C code or stopped.",
    ),
    Command(
        "rm", "ID...", "unstage or delete", options=("yes",),
        about="Asks first. The forecasts of a set stay when the set goes.",
    ),
    Command(
        "clean", "", "delete what is older than wanted", options=("yes",),
        about="Only what is finished: by default what was for 30 days, with --state of any age. Asks first, and tidies "
        "up what died processes left behind.",
    ),
    Command(
        "schedule", "add|list|remove|serve|print", "run commands at their times", module_name="needs_word",
        parts=_SCHEDULES,
    ),
    Command(
        "compose", "build|down", "a whole set-up in one document", module_name="needs_word",
        parts=(
            Command("build", "[-f FILE]", "make what it declares", module_name="compose_build", options=_LISTING),
            Command("down", "[-f FILE]", "stop what it declares", module_name="compose_down", options=_LISTING),
        ),
    ),
    Command(
        "export", "[forecast|forecastset] ID...", "from files to a database",
        about="With results, and of a set with its forecasts, all in one transaction.", options=_DATABASE,
    ),
    Command(
        "import", "[forecast|forecastset] ID...", "from a database to files", module_name="import_command",
        about="Byte for byte what was exported. What has a result here already stays.", options=_DATABASE,
    ),
    Command("template", "[json|excel]", "a filled example document"),
    Command("schema", "[forecast|forecastset|flow]", "the JSON Schema of a document"),
    Command(
        "db", "init|migrate|json|drop|rebuild", "make, upgrade, dump, drop a database's tables",
        about="Without further options the database is a file in the workspace. drop and rebuild ask first.",
        options=("yes", *_DATABASE),
    ),
    Command("whoami", "", "who you are here, and what you may do", options=("format",)),
    Command("config", "show", "the settings, and where each comes from", options=("format",)),
    Command("completions", "SHELL", "a completion script for bash, zsh or tcsh"),
)  # fmt: skip


def command_named(full_name: str) -> Command:
    """The command of a name or alias, with its second word where that has options of its own (`ls calls`)."""
    name, _, part = full_name.partition(" ")
    found = next(each for each in COMMANDS if name in (each.name, *each.aliases))
    return next(each for each in found.parts if each.name == part) if part else found


def full_names() -> list[str]:
    """The name of every command, and of every second word that has options of its own."""
    return [name for each in COMMANDS for name in (each.name, *(f"{each.name} {part.name}" for part in each.parts))]
