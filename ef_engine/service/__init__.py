"""The one door to the engine for every front end: each module holds one verb of the domain.

`stage`, `run`, `list`, `ps`, `show`, `explain`, `report`, `template`, `schema` and `init` work on a `Workspace`; what
they return is values, what they raise is an `EfError`.
"""
