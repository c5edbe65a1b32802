"""Presets: named studies with their own defaults, in one or two sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Field, Value, check_values, read_texts, with_defaults
from moeviz.model.registry import Registry
from moeviz.study.fields import FIELDS
from moeviz.study.reader import attributes, plain
from moeviz.study.specification import Specification
from moeviz.study.statistic import DEFAULT

LIVE, FULL = "live", "full"


@dataclass(frozen=True)
class PrintedLine:
    """A fitted line as a paper prints it, constant times a power of n, and how far it is known.

    Attributes
    ----------
    constant, slope : float
        The line is ``constant * n**slope``; as printed, or as the figure's axes say it is meant.
    constants : tuple of float
        Between which constants rounding may have found the printed one.
    rounding : float
        Half a unit of the slope's last printed digit.
    printed : str
        What the figure's legend says.
    meant : str
        What else had to be read off the figure to know its level; empty for nothing.
    """

    constant: float
    slope: float
    constants: tuple[float, float]
    rounding: float
    printed: str
    meant: str = ""

    def at(self, n: float) -> tuple[float, float, float]:
        """Return the line's loss at a sample size, and the least and greatest that round to it.

        Parameters
        ----------
        n : float
            At least 1.
        """
        low, high = self.constants
        return (
            self.constant * n**self.slope,
            low * n ** (self.slope - self.rounding),
            high * n ** (self.slope + self.rounding),
        )


@dataclass(frozen=True)
class Published:
    """A slope that a paper prints, and what of.

    Attributes
    ----------
    slope : float
    source : str
        Paper key and figure.
    router, gate, expert : str
        Which fit it is of; an empty name fits any.
    note : str
        What the paper leaves open.
    estimator : str
        What the paper ran, or what stands in for it where the paper does not say; an empty name
        fits any.
    statistic : str
        What its line runs through, in :data:`~moeviz.study.statistic.STATISTICS`.
    sizes : tuple of int
        Its sample sizes, as far as they are printed.
    replicates : int
        At each of them; 0 where that is not said.
    line : PrintedLine or None
        The fitted line, where the paper prints it.
    bars : int
        Standard deviations that its error bars reach to either side; 0 where it has none.
    """

    slope: float
    source: str
    router: str = ""
    gate: str = ""
    expert: str = ""
    note: str = ""
    estimator: str = ""
    statistic: str = DEFAULT
    sizes: tuple[int, ...] = ()
    replicates: int = 0
    line: PrintedLine | None = None
    bars: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain data, without the fit that it is of and the sizes, which are many."""
        return {
            "slope": self.slope,
            "source": self.source,
            "note": self.note,
            "estimator": self.estimator,
            "statistic": self.statistic,
            "replicates": self.replicates,
            "bars": self.bars,
            "line": self.line and plain(attributes(self.line)),
        }


@dataclass(frozen=True)
class Preset:
    """A named study whose fields can be changed.

    Attributes
    ----------
    name, title, summary : str
        Name in the registry; title; a few sentences for people.
    asks : str
        The question that the study answers; its screen is headed with it.
    question : str
        What a class is asked to predict before the study runs.
    paper : str
        Key of the paper it belongs to; empty for none.
    values : mapping of str to Value
        The fields in which this preset differs from the laboratory's defaults, at the size that
        can be run in front of a class.
    full : mapping of str to Value
        The fields in which its full size differs from that; empty where there is only one size.
    published : tuple of Published
        Slopes that a paper prints for it.
    """

    name: str
    title: str
    summary: str
    asks: str
    question: str
    paper: str
    values: Mapping[str, Value]
    full: Mapping[str, Value]
    published: tuple[Published, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field with this preset's default."""
        return with_defaults(FIELDS.values(), self.values)

    @property
    def defaults(self) -> dict[str, Value]:
        """Every field's default by name."""
        return {field.name: field.default for field in self.fields}

    @property
    def sizes(self) -> tuple[str, ...]:
        """The sizes in which it comes."""
        return (LIVE, FULL) if self.full else (LIVE,)

    def at_size(self, size: str) -> dict[str, Value]:
        """Return the fields that a size changes.

        Raises
        ------
        SpecificationError
            If the preset does not come in that size.
        """
        if size not in self.sizes:
            raise SpecificationError(
                f"Expected one of the sizes {', '.join(self.sizes)} for '{self.name}', but got "
                f"'{size[:40]}'."
            )
        return dict(self.full) if size == FULL else {}

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
        return read_texts(self.fields, texts)

    def changed(self, spec: Specification) -> dict[str, str]:
        """Return, as text, the fields of `spec` that differ from this preset's defaults."""
        return {
            field.name: field.write(spec[field.name])
            for field in self.fields
            if spec[field.name] != field.default
        }


PRESETS: Registry[Preset] = Registry("preset")


def add_preset(
    name: str,
    title: str,
    summary: str,
    question: str,
    asks: str = "",
    paper: str = "",
    values: Mapping[str, Value] | None = None,
    full: Mapping[str, Value] | None = None,
    published: tuple[Published, ...] = (),
    **more: Value,
) -> Preset:
    """Register a preset; `values` and `more` are the fields that differ from the defaults.

    Raises
    ------
    SpecificationError
        If a field is unknown or a value is not one of its field.
    """
    checked = check_values(FIELDS, {**(values or {}), **more})
    large = check_values(FIELDS, full or {})
    preset = Preset(name, title, summary, asks or title, question, paper, checked, large, published)
    return PRESETS.add(name, preset)
