"""Imports what every forecast needs into the process that workers are forked from: a worker then starts at once."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "ef_engine.evaluation.csv_text",
    "ef_engine.evaluation.result_text",
    "ef_engine.simulation.books",
    "ef_engine.simulation.choose",
    "ef_engine.simulation.engine",
    "ef_engine.sources.json_file",
    "filelock",
)

for _name in MODULES:
    import_module(_name)
