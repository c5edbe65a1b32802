"""In what two studies differ: their settings, in words."""

from __future__ import annotations

from moeviz.study.fields import FIELDS
from moeviz.study.specification import Specification

_MOST = 4
"""Differences that are named; more are counted."""


def differences(one: Specification, other: Specification) -> list[tuple[str, str, str]]:
    """Return the settings in which two studies differ.

    A setting counts where it applies in one of the two.

    Parameters
    ----------
    one, other : Specification

    Returns
    -------
    list of (str, str, str)
        Label, the value in `one` and the value in `other`, in the order of the form.
    """
    found = []
    for name, field in FIELDS.items():
        before, after = one[name], other[name]
        if before == after or not (field.applies(one.fields) or field.applies(other.fields)):
            continue
        found.append((field.label, _written(name, before), _written(name, after)))
    return found


def differences_words(one: Specification, other: Specification) -> str:
    """Say in what a study differs from another, such as ``seed 2 instead of 1``.

    Parameters
    ----------
    one : Specification
        The one that is described.
    other : Specification
        The one that it is held against.
    """
    found = differences(one, other)
    if not found:
        return "the same settings"
    said = [f"{label}: {before} instead of {after}" for label, before, after in found[:_MOST]]
    more = len(found) - _MOST
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")


def _written(name: str, value: object) -> str:
    field = FIELDS[name]
    if field.kind == "choice":
        return field.title(str(value))
    if field.kind == "choices" and isinstance(value, tuple):
        return ", ".join(field.title(str(each)) for each in value)
    return field.write(value) or "none"  # type: ignore[arg-type]
