"""Constants of variants: what the user sets and a fit does not move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from moeviz.errors import SpecificationError
from moeviz.model.registry import Registry


@dataclass(frozen=True)
class Constant:
    """A constant of a variant that the user sets and the fit does not move.

    Attributes
    ----------
    name, symbol, help : str
        Name in code, LaTeX, and one sentence for people.
    low, high : float
        Allowed range, both ends included.
    default : float
        Value when none is given.
    whole : bool
        Whether only whole numbers are allowed.
    label : str
        Plain words for a form.
    """

    name: str
    symbol: str
    help: str
    low: float
    high: float
    default: float
    whole: bool = False
    label: str = ""


class Variant(Protocol):
    """A class that lists the constants of its instances."""

    constants: tuple[Constant, ...]

    def __call__(self, **values: Any) -> Any: ...


V = TypeVar("V")


def build(registry: Registry[type[V]], name: str, values: Mapping[str, Any]) -> V:
    """Return the variant `name` with its constants; values that it does not know are ignored.

    Raises
    ------
    UnknownNameError
        If there is no such variant.
    SpecificationError
        If a constant is out of its range.
    """
    variant = registry[name]
    constants: tuple[Constant, ...] = getattr(variant, "constants", ())
    return variant(**{c.name: _checked(c, values.get(c.name, c.default)) for c in constants})


def _checked(constant: Constant, value: Any) -> float | int:
    number = float(value)
    kind = " as a whole number" if constant.whole else ""
    if not constant.low <= number <= constant.high or (constant.whole and number != int(number)):
        raise SpecificationError(
            f"Expected {constant.name}{kind} between {constant.low:g} and {constant.high:g}, "
            f"but got {number:g}."
        )
    return int(number) if constant.whole else number
