"""Specifications: a study as frozen data whose hash is its identity."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.model.custom import CUSTOM
from moeviz.study.fields import FIELDS
from moeviz.study.limits import check_limits
from moeviz.study.validation import check_together
from moeviz.study.versions import (
    FIELDS_VERSION,
    FIRST_FIELDS,
    NUMBERS_VERSION,
    READ_AFTERWARDS,
    is_version,
    migrate,
)
from moeviz.text import check_text, json_text, nearest

SYMMETRIES = 1
"""Version of the search for the symmetries of formulas; part of the hash of studies with one."""

NAME_LENGTH = 60


@dataclass(frozen=True)
class Specification:
    """Everything that decides a study's numbers, up to the device.

    Attributes
    ----------
    name : str
        The preset it came from; not part of its identity.
    items : tuple of (str, Value)
        Every field and its value, in the order of :data:`~moeviz.study.fields.FIELDS`.
    numbers : int
        Version of the arithmetic. Only this version's studies can be run; what an earlier one
        computed can be shown.

    Notes
    -----
    Build one with :meth:`make`, :meth:`from_json` or a preset; these check it.
    """

    name: str
    items: tuple[tuple[str, Value], ...]
    numbers: int = NUMBERS_VERSION

    @classmethod
    def make(
        cls, name: str, values: Mapping[str, Any], numbers: int = NUMBERS_VERSION
    ) -> Specification:
        """Check `values` and return the specification.

        Raises
        ------
        SpecificationError
            If a field is missing, unknown or out of its range, if fields contradict each other,
            or if the study is larger than the laboratory's limits.
        """
        unknown = [key for key in values if key not in FIELDS]
        if unknown:
            raise SpecificationError(
                f"Expected only known fields ({nearest(FIELDS, str(unknown[0]))}), but got "
                f"'{str(unknown[0])[:40]}'."
            )
        values = {**_later(), **values}
        missing = [key for key in FIELDS if key not in values]
        if missing:
            raise SpecificationError(
                f"Expected a value for every field, but '{missing[0]}' is missing."
            )
        checked = {key: field.check(values[key]) for key, field in FIELDS.items()}
        check_together(checked)
        check_limits(checked)
        return cls(name[:NAME_LENGTH], tuple(checked.items()), numbers)

    @property
    def fields(self) -> dict[str, Any]:
        """Every field's value by name."""
        return dict(self.items)

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]

    @cached_property
    def hash(self) -> str:
        """The identity: 16 hexadecimal digits of arithmetic and fields.

        A field that came later than :data:`~moeviz.study.versions.FIRST_FIELDS` is left out where
        it stands at its default, and so are :data:`~moeviz.study.versions.READ_AFTERWARDS`. Studies
        of an expert's formula name the way in which they allow for its symmetries.
        """
        usual = _later()
        fields = {
            key: value
            for key, value in self.items
            if usual.get(key) != value and key not in READ_AFTERWARDS
        }
        identity: dict[str, Any] = {"schema": self.numbers, "fields": fields}
        if CUSTOM in self["experts"]:
            identity["symmetries"] = SYMMETRIES
        content = json_text(identity, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_json` turns back into this specification."""
        fields = {
            key: list(value) if isinstance(value, tuple) else value for key, value in self.items
        }
        versions = {"schema": FIELDS_VERSION, "numbers": self.numbers}
        return {**versions, "preset": self.name, "fields": fields}

    def read_as(self, statistic: str, bars: str) -> Specification:
        """Return the same study, its losses read with another statistic and drawn with other bars.

        Raises
        ------
        UnknownNameError
            If there is no such statistic, or there are no such bars.
        """
        said = {"statistic": statistic, "bars": bars}
        changed = {name: FIELDS[name].check(value) for name, value in said.items()}
        return replace(
            self, items=tuple((key, changed.get(key, value)) for key, value in self.items)
        )

    def of_today(self) -> Specification:
        """Return the study as it is computed today, whatever arithmetic it was computed with."""
        return replace(self, numbers=NUMBERS_VERSION)

    @classmethod
    def from_json(cls, data: Any) -> Specification:
        """Return the specification in plain data; one of an earlier version is migrated.

        Raises
        ------
        SpecificationError
            If the data are not a specification, not a valid one, or of a later version.
        """
        if not isinstance(data, dict) or not isinstance(data.get("fields"), dict):
            raise SpecificationError(
                "Expected a specification with 'schema', 'preset' and 'fields', but got "
                "something else; download one from a finished study to see its form."
            )
        version: Any = data.get("schema")
        # A document without a version of its numbers has one version for both.
        numbers = data.get("numbers", version)
        fields = migrate(version, data["fields"])
        if not is_version(numbers, NUMBERS_VERSION):
            raise SpecificationError(
                f"Expected numbers of version 1 to {NUMBERS_VERSION}, but got "
                f"'{str(numbers)[:40]}'; a newer laboratory may have written them."
            )
        if version < FIELDS_VERSION:
            fields = {**_defaults(), **fields}
        preset = data.get("preset", "lab")
        if not isinstance(preset, str):
            raise SpecificationError(
                "Expected the name of a preset as text, but got something else."
            )
        check_text(preset)
        return cls.make(preset, fields, numbers)


def _defaults() -> dict[str, Value]:
    return {name: field.default for name, field in FIELDS.items()}


def _later() -> dict[str, Value]:
    """Return the fields that came later than the first, with their defaults."""
    return {name: value for name, value in _defaults().items() if name not in FIRST_FIELDS}
