"""Frozen data read strictly from plain data, one named value at a time.

What :mod:`moeviz.study.document` is for whole documents, an :class:`ObjectReader` is for one object
in them: it gives each value in the type that it is asked for, or says which one was wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from typing import Any, NoReturn, TypeVar

from moeviz.errors import SpecificationError
from moeviz.study.document import LARGEST
from moeviz.text import digits

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
Numbers = tuple[float | None, ...]
Rows = tuple[Numbers, ...]


def attributes(record: Any) -> dict[str, Any]:
    """Return a data class's values by name, as they are.

    Parameters
    ----------
    record : data class
    """
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def plain(value: Any) -> Any:
    """Return a value with lists in place of tuples and new objects in place of mappings."""
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    return value


class ObjectReader:
    """One JSON object.

    Parameters
    ----------
    data : JSON-able
    where : str
        What it is called in errors.

    Raises
    ------
    SpecificationError
        If it is no object. Every method raises it for a value that is missing or of another type.
    """

    def __init__(self, data: Any, where: str) -> None:
        self.where = where
        if not isinstance(data, Mapping):
            self._refuse("an object", data, where)
        self._data = data

    @property
    def data(self) -> Mapping[str, Any]:
        """The object itself."""
        return self._data

    def __contains__(self, name: str) -> bool:
        return self._data.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        return self._of(name, str, "a text", default)

    def truth(self, name: str) -> bool:
        """Return whether something is so."""
        return self._of(name, bool, "true or false")

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        return self._whole(self._data.get(name, default), name)

    def number(self, name: str) -> float:
        """Return a number."""
        value = self.maybe(name)
        return self._refuse("a number", value, name) if value is None else value

    def maybe(self, name: str) -> float | None:
        """Return a number, or None where there is none."""
        return self._number(self._data.get(name), name)

    def numbers(self, name: str) -> Numbers:
        """Return a list of numbers, None for each that is missing."""
        return self.each(name, self._number)

    def maybe_numbers(self, name: str) -> Numbers | None:
        """Return a list of numbers, or None where there is none."""
        return self.numbers(name) if name in self else None

    def wholes(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        return self.each(name, self._whole)

    def pair(self, name: str) -> tuple[int, int]:
        """Return two whole numbers."""
        values = self.wholes(name)
        if len(values) != 2:
            self._refuse("two whole numbers", list(values), name)
        return values[0], values[1]

    def rows(self, name: str) -> Rows:
        """Return a list of lists of numbers."""
        return self.each(name, lambda row, where: self._each(row, where, self._number))

    def whole_rows(self, name: str) -> tuple[tuple[int, ...], ...]:
        """Return a list of lists of whole numbers."""
        return self.each(name, lambda row, where: self._each(row, where, self._whole))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return self.each(name, self._text)

    def records(self, name: str) -> tuple[ObjectReader, ...]:
        """Return a list of objects."""
        return self.each(name, ObjectReader)

    def record(self, name: str) -> ObjectReader:
        """Return an object."""
        return ObjectReader(self._data.get(name), f"{self.where}.{name}")

    def counts(self, known: Collection[str]) -> dict[str, int]:
        """Return the object itself, if it holds whole numbers under known names."""
        strange = [str(name) for name in self._data if name not in known]
        if strange:
            self._refuse(f"only {', '.join(sorted(known))}", strange[0], "names")
        return {name: self.whole(name) for name in self._data}

    def one_of(self, name: str, kinds: type[E], default: E) -> E:
        """Return the member of an enumeration that a text names; `default` where there is none."""
        if name not in self:
            return default
        text = self.text(name)
        found = [kind for kind in kinds if kind.value == text]
        wanted = f"one of {', '.join(str(kind.value) for kind in kinds)}"
        return found[0] if found else self._refuse(wanted, text, name)

    def each(self, name: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        """Return a list, each part read by `read`, which gets it and what to call it in errors."""
        return self._each(self._data.get(name), f"{self.where}.{name}", read)

    def _each(self, value: Any, where: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        if not isinstance(value, (list, tuple)):
            return self._refuse("a list", value, where)
        return tuple(read(part, f"{where}[{place}]") for place, part in enumerate(value))

    def _of(self, name: str, kind: type[T], words: str, default: T | None = None) -> T:
        value = self._data.get(name, default)
        return value if isinstance(value, kind) else self._refuse(words, value, name)

    def _number(self, value: Any, where: str) -> float | None:
        if value is None or isinstance(value, float) or _is_small(value):
            return value
        return self._refuse("a number", value, where)

    def _whole(self, value: Any, where: str) -> int:
        return value if _is_small(value) else self._refuse("a whole number", value, where)

    def _text(self, value: Any, where: str) -> str:
        return value if isinstance(value, str) else self._refuse("a text", value, where)

    def _refuse(self, wanted: str, value: Any, name: str) -> NoReturn:
        where = name if name.startswith(self.where) else f"{self.where}.{name}"
        if isinstance(value, int) and not _is_small(value):
            got = f"one of about {digits(value)} digits"
        else:
            got = "nothing" if value is None else f"'{str(value)[:40]}'"
        raise SpecificationError(
            f"Expected {wanted} for {where}, but got {got}; choose a file that this laboratory "
            "wrote."
        )


def _is_small(value: Any) -> bool:
    """Return whether a value is a whole number of at most 64 bits, which all readers can show."""
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST < value < LARGEST
