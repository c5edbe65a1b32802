"""In what two studies differ: their settings, in words."""

from __future__ import annotations

from collections.abc import Collection

from moeviz.fields import Field
from moeviz.study.fields import FIELDS
from moeviz.study.specification import Specification

_MOST = 4
"""Differences that are named; more are counted."""


def differences(
    one: Specification,
    other: Specification,
    groups: Collection[str] = (),
    aside: Collection[str] = (),
) -> list[tuple[str, str, str]]:
    """Return the settings in which two studies differ.

    A setting counts where it applies in one of the two.

    Parameters
    ----------
    one, other : Specification
    groups : collection of str
        Of the fields that count; empty for all.
    aside : collection of str
        Fields of these that do not count.

    Returns
    -------
    list of (str, str, str)
        Label, the value in `one` and the value in `other`, in the order of the form.
    """
    return [
        (field.label, _written(field, one[field.name]), _written(field, other[field.name]))
        for field in _differing(one, other, groups, aside)
    ]


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


def own_settings(
    one: Specification,
    other: Specification,
    groups: Collection[str] = (),
    aside: Collection[str] = (),
) -> list[tuple[Field, str]]:
    """Return the settings in which two studies differ, with their values in the first.

    Parameters
    ----------
    one, other : Specification
    groups, aside : collection of str
        As of :func:`differences`.

    Returns
    -------
    list of (Field, str)
        Those of :func:`differences`, with the value in `one`.
    """
    return [
        (field, _written(field, one[field.name])) for field in _differing(one, other, groups, aside)
    ]


def _differing(
    one: Specification, other: Specification, groups: Collection[str], aside: Collection[str]
) -> list[Field]:
    return [
        field
        for name, field in FIELDS.items()
        if one[name] != other[name]
        and (not groups or field.group in groups)
        and name not in aside
        and (field.applies(one.fields) or field.applies(other.fields))
    ]


def _written(field: Field, value: object) -> str:
    if field.kind == "choice":
        return field.title(str(value))
    if field.kind == "choices" and isinstance(value, tuple):
        return ", ".join(field.title(str(each)) for each in value)
    return field.write(value) or "none"  # type: ignore[arg-type]
