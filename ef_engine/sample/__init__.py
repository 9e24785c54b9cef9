"""An invented household to start from: package data, written into a new workspace by `ef_cli init`."""
