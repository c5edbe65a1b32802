"""Errors of the engine floor."""

from __future__ import annotations

from moeviz.errors import MoevizError


class EngineError(MoevizError):
    """The machinery that runs studies cannot do what was asked of it."""


class UnknownJobError(EngineError):
    """Neither this process nor the store knows a job of that name."""


class StoreError(EngineError):
    """The folder that holds finished blocks cannot be used."""


class DamagedFileError(StoreError):
    """A stored file does not hold what was written into it."""
