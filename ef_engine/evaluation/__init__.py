"""What a simulation means: the daily table, milestones, summary, and the documents that hold them. Pure, no I/O."""

from ef_engine.evaluation.result import Result, Status, evaluate, result_document

__all__ = ["Result", "Status", "evaluate", "result_document"]
