"""How many assertions have been made: a case that makes none tests nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from _pytest.assertion import rewrite

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
    """Count every assertion from now on, with the word `assert` or without.

    Before pytest tells plugins of an `assert` that held, it asks whether one listens, and only
    then writes down what was asserted. That costs more than most assertions do, so the question
    is what we count, and nobody listens.
    """
    asked = "_check_if_assertion_pass_impl"
    if not hasattr(rewrite, asked):
        raise RuntimeError(f"Expected this pytest to ask {asked}; look for its new name.")
    setattr(rewrite, asked, _passed)
    # These assert without the word.
    others = (torch.testing, "assert_close"), (np.testing, "assert_allclose"), (pytest, "raises")
    for module, name in others:
        setattr(module, name, counting(getattr(module, name)))


def _passed() -> bool:
    count()
    return False
