"""A training run as frozen data whose hash is its identity."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.text import check_text, json_text
from moeviz.train.fields import EACH, FIELDS, NAMES, VARIED
from moeviz.train.layer import Rules
from moeviz.train.limits import check_size
from moeviz.train.network import Sizes
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS
from moeviz.train.tasks import ANGLES, TASKS, Digits
from moeviz.train.text import own_text, shipped_text

NUMBERS_VERSION = 1
"""Version of the arithmetic of training; part of every run's identity."""

MOST_METHODS = 12

CROWDED = 1.5
"""The j-th of J checkpoints lies after (j/J) to this power of the steps."""


@dataclass(frozen=True)
class Method:
    """One line of the methods that are compared.

    Attributes
    ----------
    text : str
        The line, as it is written: the method's name, then settings of its own.
    name : str
        In the registry of routers or of references.
    fields : dict of str to Value
        Every field's value, with the method's own settings.
    """

    text: str
    name: str
    fields: dict[str, Any]

    @property
    def title(self) -> str:
        """Its name for people, with what differs."""
        known = REFERENCES[self.name].title if self.dense else ROUTERS[self.name].title
        own = [_said(setting) for setting in self.text.split()[1:]]
        return f"{known} ({', '.join(own)})" if own else known

    @property
    def dense(self) -> bool:
        """Whether it is a dense network that stands beside the sparse ones."""
        return self.name in REFERENCES

    @property
    def competes(self) -> bool:
        """Whether its experts compete on scheduled steps."""
        return not self.dense and ROUTERS[self.name].competes == "scheduled"

    def check(self) -> None:
        """Refuse sizes that do not go together.

        Raises
        ------
        SpecificationError
            If there are too few experts for a token, or heads that cannot share the width.
        """
        self.sizes()
        rules = self.rules()
        if not self.dense:
            ROUTERS[self.name].check(rules.top)

    def rules(self) -> Rules:
        """Return what its sparse layers are."""
        names = (
            "experts", "top", "hidden", "function", "projection", "affinity", "alpha",
            "diversity_norm", "diversity_reaches", "answered", "distilled",
        )  # fmt: skip
        return Rules(**{name: self.fields[name] for name in names})

    def sizes(self) -> Sizes:
        """Return how large its network is."""
        names = ("layers", "width", "heads", "context")
        return Sizes(**{name: self.fields[name] for name in names})


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
                f"Expected only known fields ({', '.join(FIELDS)}), but got "
                f"'{str(unknown[0])[:40]}'."
            )
        checked = {
            key: field.check(values.get(key, field.default)) for key, field in FIELDS.items()
        }
        checked |= TASKS[str(checked["task"])].fixed
        checked["methods"] = "\n".join(method.text for method in _methods(checked))
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
        return _methods(self.fields)

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


def _said(setting: str) -> str:
    """Write a setting of a method's line for people: by its field's symbol, where it has one."""
    name, _, text = setting.partition("=")
    field = FIELDS[name]
    symbol = re.sub(r"\\([a-z]+)", lambda found: _greek(found[1]), field.symbol)
    symbol = re.sub(r"_(\d)", lambda found: chr(SUBSCRIPT_ZERO + int(found[1])), symbol)
    symbol = re.sub(r"[{}]", "", symbol)
    value = field.read(text)
    return (
        f"{symbol or name} = {value:g}"
        if isinstance(value, float)
        else f"{symbol or name} = {text}"
    )


SUBSCRIPT_ZERO = 0x2080


def _greek(name: str) -> str:
    return unicodedata.lookup(f"GREEK SMALL LETTER {'LAMDA' if name == 'lambda' else name}")


def _methods(fields: Mapping[str, Any]) -> tuple[Method, ...]:
    lines = [line.split() for line in str(fields["methods"]).splitlines() if line.strip()]
    if not 1 <= len(lines) <= MOST_METHODS:
        raise SpecificationError(
            f"Expected from 1 to {MOST_METHODS} methods, one a line, but got {len(lines)}."
        )
    made = {method.text: method for method in (_method(line, fields) for line in lines)}
    return tuple(made.values())


def _method(words: list[str], fields: Mapping[str, Any]) -> Method:
    name, settings = words[0], words[1:]
    if name not in NAMES:
        raise SpecificationError(
            f"Expected a line to begin with a method ({', '.join(NAMES)}), but got '{name[:40]}'."
        )
    own: dict[str, Value] = {}
    for setting in settings:
        field, equals, text = setting.partition("=")
        if not equals or field not in VARIED:
            raise SpecificationError(
                f"Expected settings of '{name}' as field=value with one of {', '.join(VARIED)}, "
                f"but got '{setting[:40]}'."
            )
        own[field] = FIELDS[field].read(text)
    differs = {field: value for field, value in own.items() if value != fields[field]}
    text = " ".join([name, *(f"{f}={FIELDS[f].write(v)}" for f, v in sorted(differs.items()))])
    return Method(text, name, {**fields, **differs})
