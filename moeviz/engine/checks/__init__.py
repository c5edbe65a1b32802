"""Checks as jobs: one block each, in a process that can be killed at once."""
