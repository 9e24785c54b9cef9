"""Flows: what may run when, what a recovery repeats, and real processes that do it."""
