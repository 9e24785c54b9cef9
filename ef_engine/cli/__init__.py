"""The command line: one parser over `ef_engine.service`, one module a command."""

from ef_engine.cli.main import main

__all__ = ["main"]
