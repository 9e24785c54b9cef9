"""The obvious slow simulator: domain.md sections 2, 3 and 5, executed literally.

It shares the values of `ef_engine.model` and `ef_engine.simulation.result` with the engine and nothing else, so that
the two are independent readings of one text.
"""
