"""How many assertions have been made: a case that makes none tests nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

OTHERS = ((torch.testing, "assert_close"), (np.testing, "assert_allclose"), (pytest, "raises"))
"""Functions that assert without the word."""

_total = 0


def count() -> None:
    """Count one more."""
    global _total
    _total += 1


def counted() -> int:
    """How many there were."""
    return _total


def counting(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which counts its calls."""

    @functools.wraps(function)
    def counts(*args: Any, **more: Any) -> Any:
        count()
        return function(*args, **more)

    return counts


def watch() -> None:
    """Count what asserts without the word `assert`, which pytest counts itself."""
    for module, name in OTHERS:
        setattr(module, name, counting(getattr(module, name)))
