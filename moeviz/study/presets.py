"""Presets: named studies with their own defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.model.registry import Registry
from moeviz.study.fields import FIELDS, Field, Value
from moeviz.study.specification import Specification

MOST_SETTINGS = 100


@dataclass(frozen=True)
class Preset:
    """A named study whose fields can be changed.

    Attributes
    ----------
    name, title, summary : str
        Name in the registry; title; a few sentences for people.
    question : str
        What a class is asked to predict before the study runs.
    fields : tuple of Field
        Every field with this preset's default.
    """

    name: str
    title: str
    summary: str
    question: str
    fields: tuple[Field, ...]

    @property
    def defaults(self) -> dict[str, Value]:
        """Every field's default by name."""
        return {field.name: field.default for field in self.fields}

    def build(self, values: Mapping[str, Any]) -> Specification:
        """Return the specification with `values` in place of the defaults.

        Raises
        ------
        SpecificationError
            If a value is not one of its field, or the study is not one that can be run.
        """
        return Specification.make(self.name, {**self.defaults, **values})

    def parse(self, texts: Mapping[str, str]) -> dict[str, Value]:
        """Return the values that texts stand for, by field.

        Raises
        ------
        SpecificationError
            If a field is unknown or a text is not one of its values.
        """
        if len(texts) > MOST_SETTINGS:
            raise SpecificationError(
                f"Expected at most {MOST_SETTINGS} settings, but got {len(texts)}."
            )
        fields = {field.name: field for field in self.fields}
        unknown = [name for name in texts if name not in fields]
        if unknown:
            raise SpecificationError(
                f"Expected one of the fields {', '.join(fields)}, but got '{unknown[0][:40]}'."
            )
        return {name: fields[name].read(text) for name, text in texts.items()}

    def changed(self, spec: Specification) -> dict[str, str]:
        """Return, as text, the fields of `spec` that differ from this preset's defaults."""
        return {
            field.name: field.write(spec[field.name])
            for field in self.fields
            if spec[field.name] != field.default
        }


PRESETS: Registry[Preset] = Registry("preset")


def _preset(name: str, title: str, summary: str, question: str, **defaults: Value) -> Preset:
    fields = tuple(
        field.with_default(defaults[key]) if key in defaults else field
        for key, field in FIELDS.items()
    )
    return PRESETS.add(name, Preset(name, title, summary, question, fields))


_preset(
    "cosine-exact",
    "Cosine against perturbed cosine",
    "Does the cosine router really learn slowly? Both routers are fitted with the right number "
    "of experts to data of their own model, from starts near the truth, each fit to convergence. "
    "The same fits are then read with different rulers: with the gauge pinned, with only one "
    "offset pinned as in the paper, and for the cosine router by length and by direction.",
    "How steep will each line be on the log-log plot?",
    sizes=(1000, 3162, 10000, 31623, 100000),
    replicates=64,
)
_preset(
    "cosine-over",
    "One expert too many",
    "The fits have one expert more than the truth, over a box of parameters. Extra experts crowd "
    "a cell, and many fits end on the edge of the box: the local slope at the largest sample "
    "says more than the whole line.",
    "How steep will the loss L2 be at the largest sample?",
    expert="tanh",
    atoms=3,
    replicates=20,
    gauges=("pinned", "quotient"),
    max_steps=400,
)
_preset(
    "lab",
    "A study of your own",
    "Choose routers, experts, sizes and starts yourself. The truth is picked by its reach: the "
    "candidate whose rate shows with the fewest data.",
    "How steep will each line be?",
    sizes=(300, 1000, 3000, 10000),
    replicates=20,
)
