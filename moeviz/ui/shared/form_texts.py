"""What the widgets of fields hold, as text, and what such a text stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Field, Value


def values_of(fields: Sequence[Field], held: Mapping[str, str]) -> dict[str, Value]:
    """Return what fields' texts stand for; the default where one is nonsense.

    Parameters
    ----------
    fields : sequence of Field
    held : mapping of str to str
        Texts by field.
    """
    values = {}
    for field in fields:
        read = read_text(field, held[field.name])
        values[field.name] = field.default if read is None else read
    return values


def read_text(field: Field, text: str) -> Value | None:
    """Return what a text stands for, or None where it is nonsense."""
    try:
        return field.read(text)
    except SpecificationError:
        return None


def text_of(field: Field, value: Any) -> str:
    """Return what a field's widget holds as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return field.write(tuple(value) if isinstance(value, list) else value)
