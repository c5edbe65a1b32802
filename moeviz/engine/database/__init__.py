"""The database of finished work: its tables, its connections, its migrations.

Importing the package loads no SQLAlchemy; :mod:`moeviz.engine.database.base` loads it when a store
is first read or written.
"""
