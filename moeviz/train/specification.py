"""A training run as frozen data whose hash is its identity."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.text import check_text, json_text, nearest
from moeviz.train.fields import EACH, FIELDS
from moeviz.train.limits import check_size
from moeviz.train.method import Method, methods_of
from moeviz.train.tasks import ANGLES, TASKS, Digits
from moeviz.train.text import own_text, shipped_text

NUMBERS_VERSION = 1
"""Version of the arithmetic of training; part of every run's identity."""

CROWDED = 1.5
"""The j-th of J checkpoints lies after (j/J) to this power of the steps."""


@dataclass(frozen=True)
class Training:
    """Everything that decides a training run's numbers, up to the device.

    Attributes
    ----------
    name : str
        The preset it came from; not part of its identity.
    items : tuple of (str, Value)
        Every field and its value, in the order of :data:`~moeviz.train.fields.FIELDS`.
    text : str
        The digest of the text that is learned; empty where none is.
    own : bytes or None
        A text of one's own.

    Notes
    -----
    Build one with :meth:`make` or :meth:`from_json`; these check it.
    """

    name: str
    items: tuple[tuple[str, Value], ...]
    text: str
    own: bytes | None = None

    @classmethod
    def make(cls, name: str, values: Mapping[str, Any], own: bytes | None = None) -> Training:
        """Check `values` and return the specification; a field that is left out has its default.

        Raises
        ------
        SpecificationError
            If a field is unknown or out of its range, if fields contradict each other, if a text
            is none, or if the run is larger than the laboratory's limits.
        """
        unknown = [key for key in values if key not in FIELDS]
        if unknown:
            raise SpecificationError(
                f"Expected only known fields ({nearest(FIELDS, str(unknown[0]))}), but got "
                f"'{str(unknown[0])[:40]}'."
            )
        checked = {
            key: field.check(values.get(key, field.default)) for key, field in FIELDS.items()
        }
        checked |= TASKS[str(checked["task"])].fixed
        checked["methods"] = "\n".join(method.text for method in methods_of(checked))
        check_text(name)
        learned = ""
        if checked["task"] == "language":
            learned = (own_text(own) if own is not None else shipped_text()).digest
        elif own is not None:
            raise SpecificationError(
                "Expected no text beside a task that reads none; choose the task 'language'."
            )
        made = cls(name[:60], tuple(checked.items()), learned, own)
        for method in made.methods:
            method.check()
        check_size(made)
        return made

    @property
    def fields(self) -> dict[str, Any]:
        """Every field's value by name."""
        return dict(self.items)

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]

    @cached_property
    def methods(self) -> tuple[Method, ...]:
        """The methods that are compared, in the order of the lines."""
        return methods_of(self.fields)

    @property
    def steps_at(self) -> tuple[int, ...]:
        """The steps after which the network is looked at and kept; the last one is the end.

        They lie closer at first, where much changes.
        """
        steps, points = self["steps"], min(self["points"], self["steps"])
        shares = ((at / points) ** CROWDED for at in range(1, points + 1))
        return tuple(sorted({max(1, round(steps * share)) for share in shares}))

    @property
    def domains(self) -> tuple[int, ...]:
        """The domains that are left out, one in each run; a task without domains has one."""
        if self["task"] != Digits.name:
            return (0,)
        held = self["held_domain"]
        return tuple(at for at, angle in enumerate(ANGLES) if held in (EACH, str(angle)))

    @cached_property
    def hash(self) -> str:
        """The identity: 16 hexadecimal digits of arithmetic, fields and text."""
        identity = {"schema": NUMBERS_VERSION, "fields": self.fields, "text": self.text}
        content = json_text({"training": identity}, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_json` turns back into this specification."""
        own = None if self.own is None else self.own.decode("utf-8-sig")
        return {
            "training": NUMBERS_VERSION, "preset": self.name, "fields": self.fields,
            "text": self.text, "own": own,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Any, today: bool = True) -> Training:
        """Return the specification in plain data.

        Parameters
        ----------
        data : Any
        today : bool
            Whether it is to be run: then the text that it learned must be there. What was run
            before may have learned the text of another version of Python.

        Raises
        ------
        SpecificationError
            If the data are not a training run, of another version, or about another text.
        """
        whole = isinstance(data, dict) and isinstance(data.get("fields"), dict)
        if not whole or not isinstance(data.get("preset"), str):
            raise SpecificationError(
                "Expected a training run with 'training', 'preset' and 'fields', but got "
                "something else; download one from a finished run to see its form."
            )
        if data.get("training") != NUMBERS_VERSION:
            raise SpecificationError(
                f"Expected a training run of version {NUMBERS_VERSION}, but got "
                f"'{str(data.get('training'))[:40]}'; run it again with this version."
            )
        own = data.get("own")
        if own is not None and not isinstance(own, str):
            raise SpecificationError("Expected a text of one's own as text; leave it out.")
        made = cls.make(
            data["preset"], data["fields"], None if own is None else check_text(own).encode()
        )
        text = data.get("text", made.text)
        if text != made.text and not today:
            return replace(made, text=str(text)[:16])
        if text != made.text:
            raise SpecificationError(
                "Expected the text that the run learned, but this version of Python ships another "
                f"(digest {made.text}, not '{str(text)[:16]}'); run it again."
            )
        return made
