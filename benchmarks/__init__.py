"""Measurements of the engine on invented households; `python -m benchmarks` prints them."""
