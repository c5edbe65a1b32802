"""The methods that are compared: each a line, a name with settings of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.train.fields import FIELDS, NAMES, VARIED
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS
from moeviz.train.rules import Rules, Sizes

MOST_METHODS = 12

SUBSCRIPT_ZERO = 0x2080


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


def methods_of(fields: Mapping[str, Any]) -> tuple[Method, ...]:
    """Return the methods that are compared, in the order of the lines, each once.

    Parameters
    ----------
    fields : mapping
        Every field of a training run; ``methods`` holds the lines.

    Raises
    ------
    SpecificationError
        If there are too few or too many, or a line is none of a method.
    """
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


def _said(setting: str) -> str:
    """Write a setting of a method's line for people: by its field's symbol, where it has one."""
    name, _, text = setting.partition("=")
    field = FIELDS[name]
    symbol = re.sub(r"\\([a-z]+)", lambda found: _greek(found[1]), field.symbol)
    symbol = re.sub(r"_(\d)", lambda found: chr(SUBSCRIPT_ZERO + int(found[1])), symbol)
    symbol = re.sub(r"[{}]", "", symbol)
    value = field.read(text)
    return f"{symbol or name} = {f'{value:g}' if isinstance(value, float) else text}"


def _greek(name: str) -> str:
    return unicodedata.lookup(f"GREEK SMALL LETTER {'LAMDA' if name == 'lambda' else name}")
