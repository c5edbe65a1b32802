"""Compiled code made ready beforehand, so that nobody waits for it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from moeviz.kernels import wanted
from moeviz.model import fused
from moeviz.model.fused.choice import available


def make_ready() -> None:
    """Import every module of compiled code, which compiles it or finds it compiled."""
    if wanted() and available():
        for module in iter_modules(fused.__path__, f"{fused.__name__}."):
            if not module.name.endswith(".__main__"):
                import_module(module.name)
