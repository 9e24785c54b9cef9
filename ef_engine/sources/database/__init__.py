"""Databases: input tables -> forecasts and sets, stored forecasts and results, and the tables of both.

Nothing above this package knows SQLAlchemy; what happens in one command happens in one transaction.
"""
