"""Compiled code made ready beforehand, so that nobody waits for it."""

from __future__ import annotations

from pkgutil import iter_modules

from moeviz.kernels import wanted
from moeviz.model import fused
from moeviz.model.fused.loaded import loaded


def make_ready() -> None:
    """Import every module of compiled code, which compiles it or finds it compiled."""
    if wanted():
        loaded(*(one.name for one in iter_modules(fused.__path__) if one.name != "__main__"))
