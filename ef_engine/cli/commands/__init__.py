"""Every command of `ef_cli`, in the order the help shows them; each is a module with `add_arguments` and `run`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, the words it takes, one line of help, and the module it lives in (default: its name).

    `about` is what its own help says beyond that line; `options` are those of every command that it shows there. One
    that `is_later` is known and parsed, and answers what to use instead.
    """

    name: str
    words: str
    help: str
    aliases: tuple[str, ...] = ()
    module_name: str = ""
    is_later: bool = False
    about: str = ""
    options: tuple[str, ...] = ()

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
        options=_LISTING,
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
        about="Asks it to stop, then makes it; what waits is taken out of the queue. The others go on.",
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
    Command("config", "show", "the settings, and where each comes from", options=("format",)),
    Command("completions", "SHELL", "a completion script for bash, zsh or tcsh"),
)  # fmt: skip
