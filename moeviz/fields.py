"""Fields: what somebody may set, with its limits, and how to read it from text.

A form is made from them, a command line's ``--set``, a link's parameters and an uploaded file, so
that all refuse the same input with the same sentence.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    ValuesView,
)
from dataclasses import dataclass, replace
from typing import Any

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.text import check_text, digits, nearest

Value = int | float | str | tuple[int, ...] | tuple[str, ...]

Values = Mapping[str, Any]
"""What a form, a link or a file says, by the names of fields."""

LONGEST_TEXT = 400
"""Characters of a field's text that are looked at, unless it says another; more is refused."""

MOST_SIZES = 200
"""Numbers of a list; so many sample sizes a paper has in one figure."""

MOST_SETTINGS = 100
WHOLE = re.compile(r"[+-]?\d{1,18}(e\d{1,2})?", re.IGNORECASE)


def always(values: Values) -> bool:
    """Return True: a field that matters whatever else is chosen."""
    return True


@dataclass(frozen=True)
class Field:
    r"""One thing that somebody may set.

    Attributes
    ----------
    name, label, symbol : str
        Name in code; plain words; LaTeX, or "" where there is none.
    kind : {"int", "float", "choice", "choices", "sizes", "cells", "text", "lines"}
        ``choices`` is a non-empty selection in the registry's order; ``sizes`` an ascending list
        of sample sizes; ``cells`` one of cells, counted from 1; ``lines`` a text of several lines.
    default : Value
    low, high : float
        Limits of a number, or of each one in a list; both included.
    choices : collection of str
        What a choice may be; registries are read when they are needed, so that a variant that
        is registered later can be chosen too.
    help : str
        One sentence for people.
    group : str
        The heading under which a form shows it.
    reader : callable or None
        From a text to the one way to write it, for texts.
    title : callable
        From a choice to what a form calls it.
    basic : bool
        Whether it is among what a lecturer changes; a form shows the others on demand.
    applies : callable
        From the values of all fields to whether this one matters beside them. A form hides a
        field that does not; its value stays what it is.
    counted : str
        Of ``cells``: the field that says how many there are.
    longest : int
        Characters of a text.
    """

    name: str
    label: str
    symbol: str
    kind: str
    default: Value
    low: float = -math.inf
    high: float = math.inf
    choices: Collection[str] = ()
    help: str = ""
    group: str = ""
    reader: Callable[[str], str] | None = None
    title: Callable[[str], str] = str
    basic: bool = False
    applies: Callable[[Values], bool] = always
    counted: str = ""
    longest: int = LONGEST_TEXT

    @property
    def options(self) -> tuple[str, ...]:
        """What a choice may be at present."""
        return tuple(self.choices)

    def with_default(self, default: Value) -> Field:
        """Return the field with another default."""
        return replace(self, default=default)

    def read(self, text: str) -> Value:
        """Return the value that a text stands for.

        Raises
        ------
        SpecificationError
            If the text is not a value of this field.
        """
        if len(text) > self.longest:
            raise SpecificationError(
                f"Expected at most {self.longest} characters for {self.name}, but got {len(text)}; "
                "shorten it."
            )
        text = text.strip()
        if self.kind in ("choice", "text", "lines"):
            return self.check(text)
        if self.kind in ("choices", "sizes", "cells"):
            parts = [part.strip() for part in text.strip("[]()").split(",") if part.strip()]
            if self.kind == "choices":
                return self.check([part.strip("'\"") for part in parts])
            return self.check([_whole(self.name, part) for part in parts])
        if self.kind == "int":
            return self.check(_whole(self.name, text))
        try:
            return self.check(float(text))
        except ValueError:
            raise SpecificationError(
                f"Expected a number for {self.name}, but got '{text[:40]}'."
            ) from None

    def write(self, value: Value) -> str:
        """Return the text that :meth:`read` turns back into `value`."""
        if isinstance(value, (tuple, list)):
            return ",".join(str(part) for part in value)
        return repr(value) if isinstance(value, float) else str(value)

    def check(self, value: Any) -> Value:
        """Return `value` in its proper type.

        Raises
        ------
        SpecificationError
            If it is not a value of this field.
        """
        if self.kind in ("text", "lines"):
            return self._text(value)
        if self.kind == "choice":
            return self._choice(value)
        if self.kind == "choices":
            return self._choices(value)
        if self.kind in ("sizes", "cells"):
            return self._sizes(value)
        if self.kind == "int":
            return int(self._number(value, whole=True))
        return float(self._number(value, whole=False))

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise SpecificationError(f"Expected a text for {self.name}, but got {_short(value)}.")
        check_text(value)
        return value if self.reader is None else self.reader(value)

    def _number(self, value: Any, whole: bool) -> float:
        kind = "a whole number" if whole else "a number"
        limits = f"between {self.low:g} and {self.high:g}"
        if not _is_plain(value) or (whole and value != int(value)):
            raise SpecificationError(
                f"Expected {kind} {limits} for {self.name}, but got {_short(value)}."
            )
        if not self.low <= value <= self.high:
            raise SpecificationError(f"Expected {self.name} {limits}, but got {_short(value)}.")
        number: float = value
        return number

    def _choice(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise UnknownNameError(
                f"Expected {self.name} to be one of {', '.join(self.choices)}, but got "
                f"{_short(value)}."
            )
        return value

    def _choices(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not isinstance(value, (list, tuple)) or not value:
            raise SpecificationError(
                f"Expected at least one of {', '.join(self.choices)} for {self.name}, but got "
                f"{_short(value)}."
            )
        chosen = {self._choice(part) for part in value}
        return tuple(name for name in self.options if name in chosen)

    def _sizes(self, value: Any) -> tuple[int, ...]:
        if self.kind == "cells" and isinstance(value, (list, tuple)) and not value:
            raise SpecificationError(
                f"Expected at least one number for {self.name}, but none is chosen; choose one."
            )
        if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST_SIZES:
            raise SpecificationError(
                f"Expected between 1 and {MOST_SIZES} whole numbers for {self.name}, but got "
                f"{_short(value)}."
            )
        return tuple(sorted({int(self._number(part, whole=True)) for part in value}))


def _whole(name: str, text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise SpecificationError(f"Expected a whole number for {name}, but got '{text[:40]}'.")
    mantissa, _, exponent = text.lower().partition("e")
    power: int = 10 ** int(exponent or 0)
    return int(mantissa) * power


def _is_plain(value: Any) -> bool:
    """Return whether a value is a finite number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


class _Short(reprlib.Repr):
    """Writes the beginning of any value, at a cost that does not grow with the value."""

    def repr_int(self, value: int, level: int) -> str:
        if value.bit_length() > 128:
            return f"a whole number of about {digits(value)} digits"
        return repr(value)


_SHORT = _Short()
_SHORT.maxlevel = 3


def _short(value: Any) -> str:
    text = _SHORT.repr(value[:40] if isinstance(value, str) else value)
    return text if len(text) <= 40 or text.startswith("a whole") else text[:37] + "..."


class Table(Mapping[str, Field]):
    """Fields by name; those of constants follow the registries.

    Parameters
    ----------
    make : callable
        Returns the fields.
    made_of : callable
        Returns what they are made of; when that is another, they are made anew.
    """

    def __init__(
        self, make: Callable[[], Iterable[Field]], made_of: Callable[[], Hashable]
    ) -> None:
        self._make = make
        self._made_of = made_of
        self._then: Hashable = None
        self._known: dict[str, Field] = {}

    def _all(self) -> dict[str, Field]:
        now = self._made_of()
        if now != self._then:
            self._known = {field.name: field for field in self._make()}
            self._then = now
        return self._known

    def __getitem__(self, name: str) -> Field:
        return self._all()[name]

    def items(self) -> ItemsView[str, Field]:
        return self._all().items()

    def values(self) -> ValuesView[Field]:
        return self._all().values()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def with_defaults(fields: Iterable[Field], values: Mapping[str, Value]) -> tuple[Field, ...]:
    """Return fields with other defaults; those that are not among `values` keep theirs.

    Parameters
    ----------
    fields : iterable of Field
    values : mapping of str to Value
        The defaults, by the names of fields.
    """
    return tuple(
        field.with_default(values[field.name]) if field.name in values else field
        for field in fields
    )


def check_values(table: Mapping[str, Field], values: Values) -> dict[str, Value]:
    """Return values in their proper types, by field.

    Parameters
    ----------
    table : mapping of str to Field
        Those that may be set.
    values : mapping
        By the names of fields.

    Raises
    ------
    SpecificationError
        If a field is unknown or a value is not one of its field.
    """
    unknown = [name for name in values if name not in table]
    if unknown:
        raise SpecificationError(f"Expected only known fields, but got '{unknown[0]}'.")
    return {name: table[name].check(value) for name, value in values.items()}


def read_texts(fields: Iterable[Field], texts: Mapping[str, str]) -> dict[str, Value]:
    """Return the values that texts stand for, by field.

    Parameters
    ----------
    fields : iterable of Field
        Those that may be set.
    texts : mapping of str to str
        By the names of fields.

    Raises
    ------
    SpecificationError
        If a field is unknown or a text is not one of its values.
    """
    if len(texts) > MOST_SETTINGS:
        raise SpecificationError(
            f"Expected at most {MOST_SETTINGS} settings, but got {len(texts)}."
        )
    known = {field.name: field for field in fields}
    unknown = [name for name in texts if name not in known]
    if unknown:
        raise SpecificationError(
            f"Expected one of the fields {nearest(known, unknown[0])}, but got '{unknown[0][:40]}'."
        )
    return {name: known[name].read(text) for name, text in texts.items()}
