"""What a claim says and how it is tested, as one short name: another definition, another name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import partial
from types import FunctionType
from typing import Any

import sympy

from moeviz.symbolic.questions.claims import Check, Claim
from moeviz.text import json_text

CHECKER_VERSION = 1
"""Counts what the checker answers: it moves whenever a verdict or a certificate does."""


def definition(claim: Claim) -> str:
    """Return the name of a claim's definition: of its words, its tests and the checker together.

    Parameters
    ----------
    claim : Claim

    Returns
    -------
    str
        Version of the checker, a dot, and twelve hexadecimal digits.

    Raises
    ------
    TypeError
        If a test is made of something that has no form as text.

    Notes
    -----
    A test is a function. What it is made of (models, points, formulas, orders, kept families of
    exceptions) are values that it was made with, and these the name says. What such a function then
    does is the checker's, not the claim's, and is counted by :data:`CHECKER_VERSION`.
    """
    text = json_text([claim.id, _plain(claim)], sort_keys=True, compact=True)
    digest = hashlib.sha256(f"{CHECKER_VERSION} {text}".encode()).hexdigest()
    return f"{CHECKER_VERSION}.{digest[:12]}"


def _plain(value: Any, claim: str = "") -> Any:
    """Return what something is made of as plain data."""
    match value:
        case Enum() | Fraction() | sympy.Basic():
            return str(value)
        case None | str() | bool() | int() | float():
            return value
        case Claim():
            return [_plain(getattr(value, each.name), value.id) for each in fields(value)]
        case Check():
            kept = value.search.kept(claim) if value.search is not None else None
            families = [dict(family) for family, _ in kept.families] if kept else []
            searched = dict(kept.searched) if kept else {}
            said = [value.special, str(value.expect), str(value.asks)]
            return [_plain(value.run), *said, families, searched]
        case Mapping():
            return [[_plain(key), _plain(own)] for key, own in value.items()]
        case list() | tuple():
            return [_plain(own, claim) for own in value]
        case FunctionType():
            cells = [cell.cell_contents for cell in value.__closure__ or ()]
            return [value.__qualname__, _plain([*cells, value.__defaults__, value.__kwdefaults__])]
        case partial():
            return _plain([value.func, value.args, value.keywords])
    if is_dataclass(value) and not isinstance(value, type):
        own = [[each.name, _plain(getattr(value, each.name))] for each in fields(value)]
        return [type(value).__qualname__, getattr(value, "text", ""), own]
    raise TypeError(f"Expected values that have a form as text, but got {type(value).__name__}.")
