"""Constants of variants: what the user sets and a fit does not move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


@dataclass(frozen=True)
class TextConstant:
    """A constant of a variant that is a text, such as a formula.

    Attributes
    ----------
    name, symbol, help : str
        Name in code, LaTeX, and one sentence for people.
    default : str
        Value when none is given.
    read : callable
        From a text to the one way to write it; raises SpecificationError on one that is refused.
    label : str
        Plain words for a form.
    """

    name: str
    symbol: str
    help: str
    default: str
    read: Callable[[str], str]
    label: str = ""


AnyConstant = Constant | TextConstant


class Variant(Protocol):
    """A class that lists the constants of its instances."""

    constants: tuple[AnyConstant, ...]

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
    constants: tuple[AnyConstant, ...] = getattr(variant, "constants", ())
    return variant(**{c.name: _checked(c, values.get(c.name, c.default)) for c in constants})


def _checked(constant: AnyConstant, value: Any) -> float | int | str:
    if isinstance(constant, TextConstant):
        return constant.read(value)
    number = float(value)
    kind = " as a whole number" if constant.whole else ""
    if not constant.low <= number <= constant.high or (constant.whole and number != int(number)):
        raise SpecificationError(
            f"Expected {constant.name}{kind} between {constant.low:g} and {constant.high:g}, "
            f"but got {number:g}."
        )
    return int(number) if constant.whole else number
