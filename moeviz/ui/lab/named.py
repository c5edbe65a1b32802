"""What a study has that another has not, in few words: τ₁ = 0.5."""

from __future__ import annotations

from collections.abc import Collection

from moeviz.charts.differences import own_settings
from moeviz.fields import Field
from moeviz.study import Specification
from moeviz.ui.shared.symbols import plain_symbol

_MOST_NAMED = 2


def named(
    one: Specification,
    other: Specification,
    groups: Collection[str] = (),
    aside: Collection[str] = (),
) -> str:
    """Return what a study has that another has not; at most two settings, more are counted.

    Parameters
    ----------
    one : Specification
        The one that is named.
    other : Specification
        The one that it is told from.
    groups : collection of str
        Of the fields that count; empty for all.
    aside : collection of str
        Fields of these that do not count.

    Returns
    -------
    str
        Empty where nothing that counts differs.
    """
    found = [_setting(field, value) for field, value in own_settings(one, other, groups, aside)]
    more = len(found) - _MOST_NAMED
    words = " and ".join(found[:_MOST_NAMED])
    return words + (f" (and {more} more {'setting' if more == 1 else 'settings'})" * (more > 0))


def _setting(field: Field, value: str) -> str:
    if field.kind in ("choice", "choices"):
        return value
    symbol = plain_symbol(field.symbol)
    value = value.removesuffix(".0").replace(",", ", ")
    return f"{symbol} = {value}" if symbol else f"{field.label.lower()} {value}"
