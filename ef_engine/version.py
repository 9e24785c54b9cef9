"""The engine's version, kept here because asking the installed package's metadata for it costs every start 20 ms."""

VERSION = "0.1.0"
