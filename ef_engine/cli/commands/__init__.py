"""Every command of `ef_cli`, in the order the help shows them; each is a module with `add_arguments` and `run`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, the words it takes, one line of help, and the module it lives in (default: its name).

    One that `is_later` is known and parsed, and answers what to use instead.
    """

    name: str
    words: str
    help: str
    aliases: tuple[str, ...] = ()
    module_name: str = ""
    is_later: bool = False

    @property
    def module(self) -> str:
        """The module under this package."""
        return self.module_name or self.name.replace("-", "_")

    @property
    def summary(self) -> str:
        """The line of help, honest about what is missing."""
        return f"{self.help} (a later version)" if self.is_later else self.help


COMMANDS = (
    Command("init", "[DIR]", "a workspace with a worked example"),
    Command("stage", "[forecast|forecastset] FILE", "check a document, write its id into it, keep it to be run"),
    Command("stage-select", "", "stage from one SELECT a dataset", is_later=True),
    Command("restage", "forecast|forecastset ID", "the same with other dates, as a new forecast"),
    Command("run", "[forecast|forecastset] FILE|ID", "simulate; stages a file first"),
    Command("list", "[forecast|forecastset]", "loaded, staged, in progress, evaluated", module_name="list_command"),
    Command("ps", "", "what runs now"),
    Command("wait", "ID...", "wait until they are done", is_later=True),
    Command("kill", "[forecast|forecastset] ID", "stop it wherever it runs", is_later=True),
    Command("report", "[forecast|forecastset] ID", "what happens, as text, csv or json"),
    Command("compare", "ID ID", "two forecasts side by side", is_later=True),
    Command("show", "ID", "everything about one", ("inspect",)),
    Command("explain", "ID [MEMO]", "why items were skipped, reduced or deferred"),
    Command("log", "ID", "what its latest attempt logged"),
    Command("stack", "ID", "what a stuck one is doing", is_later=True),
    Command("rm", "ID...", "unstage or delete"),
    Command("clean", "", "delete what is older than wanted", is_later=True),
    Command("export", "[forecast|forecastset] ID", "from files to a database", is_later=True),
    Command(
        "import", "[forecast|forecastset] ID", "from a database to files", module_name="import_command", is_later=True
    ),
    Command("template", "[json|excel]", "a filled example document"),
    Command("schema", "[forecast|forecastset]", "the JSON Schema of a document"),
    Command("db", "ACTION", "make, upgrade, dump or drop the tables of a database", is_later=True),
    Command("config", "show", "the settings, and where each comes from"),
    Command("completions", "SHELL", "a completion script for bash, zsh or tcsh"),
)
