"""Fields: the settings of a study, with their limits, and how to read them from text.

A page builds its form from these, the command line its ``--set``, and a link its parameters, so
all three refuse the same input with the same sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.model import EXPERTS, GATES, SCORES
from moeviz.theory import GAUGES

Value = int | float | str | tuple[int, ...] | tuple[str, ...]

LONGEST_TEXT = 400
"""Characters of a field's text that are looked at; more is refused."""

MOST_SIZES = 30
WHOLE = re.compile(r"[+-]?\d{1,18}(e\d{1,2})?", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    r"""One setting of a study.

    Attributes
    ----------
    name, label, symbol : str
        Name in code; plain words; LaTeX, or "" where there is none.
    kind : {"int", "float", "choice", "choices", "sizes"}
        ``choices`` is a non-empty selection in the registry's order; ``sizes`` an ascending list
        of sample sizes.
    default : Value
    low, high : float
        Limits of a number, or of each sample size; both included.
    choices : tuple of str
        What a choice may be.
    help : str
        One sentence for people.
    """

    name: str
    label: str
    symbol: str
    kind: str
    default: Value
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    help: str = ""

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
        if len(text) > LONGEST_TEXT:
            raise SpecificationError(
                f"Expected at most {LONGEST_TEXT} characters for {self.name}, but got {len(text)}."
            )
        text = text.strip()
        if self.kind == "choice":
            return self.check(text)
        if self.kind in ("choices", "sizes"):
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
        if self.kind == "choice":
            return self._choice(value)
        if self.kind == "choices":
            return self._choices(value)
        if self.kind == "sizes":
            return self._sizes(value)
        if self.kind == "int":
            return int(self._number(value, whole=True))
        return float(self._number(value, whole=False))

    def _number(self, value: Any, whole: bool) -> float:
        kind = "a whole number" if whole else "a number"
        limits = f"between {self.low:g} and {self.high:g}"
        plain = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not plain or not math.isfinite(value) or (whole and value != int(value)):
            raise SpecificationError(
                f"Expected {kind} {limits} for {self.name}, but got {_short(value)}."
            )
        if not self.low <= value <= self.high:
            raise SpecificationError(f"Expected {self.name} {limits}, but got {_short(value)}.")
        return value

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
        return tuple(name for name in self.choices if name in chosen)

    def _sizes(self, value: Any) -> tuple[int, ...]:
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
    return int(mantissa) * 10 ** int(exponent or 0)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _fields() -> dict[str, Field]:
    scores, experts = tuple(SCORES), tuple(EXPERTS)
    entries = (
        Field(
            "routers",
            "Routers to compare",
            r"s_i(x)",
            "choices",
            ("cosine", "perturbed-cosine"),
            choices=scores,
            help="Each router gets data of its own model and is fitted to them.",
        ),
        Field(
            "gate",
            "Gate",
            r"g_i(x)",
            "choice",
            "softmax",
            choices=tuple(GATES),
            help="How scores become the experts' weights.",
        ),
        Field(
            "expert",
            "Expert",
            r"h(x, \eta_i)",
            "choice",
            "relu",
            choices=experts,
            help="The activation of each expert's linear predictor.",
        ),
        Field(
            "degree",
            "Degree of a polynomial expert",
            "p",
            "int",
            2,
            1,
            6,
            help="Used by the polynomial expert only.",
        ),
        Field(
            "dimension",
            "Input dimension",
            "d",
            "int",
            2,
            1,
            32,
            help="Inputs are uniform on the cube from -1 to 1 in this many dimensions.",
        ),
        Field(
            "true_atoms",
            "True number of experts",
            "k_*",
            "int",
            2,
            1,
            8,
            help="How many experts the data come from.",
        ),
        Field(
            "atoms",
            "Fitted number of experts",
            "k",
            "int",
            2,
            1,
            10,
            help="Equal to the true number: exact-specified. Larger: over-specified.",
        ),
        Field(
            "tau1",
            "Perturbation of the gate's norm",
            r"\tau_1",
            "float",
            0.5,
            1e-3,
            100.0,
            help="Used by the perturbed cosine router only.",
        ),
        Field(
            "tau2",
            "Perturbation of the input's norm",
            r"\tau_2",
            "float",
            0.1,
            0.0,
            100.0,
            help="Used by the perturbed cosine router only.",
        ),
        Field(
            "noise",
            "Noise",
            r"\sigma",
            "float",
            0.1,
            1e-6,
            10.0,
            help="Standard deviation of the response around the mixture.",
        ),
        Field(
            "sizes",
            "Sample sizes",
            "n",
            "sizes",
            (1000, 3162, 10000, 31623, 100000),
            10,
            10**7,
            help="One set of fits for each.",
        ),
        Field(
            "replicates",
            "Replicates",
            "R",
            "int",
            40,
            2,
            400,
            help="Independent data sets at each sample size.",
        ),
        Field(
            "seed",
            "Seed of the data",
            "",
            "int",
            1,
            0,
            2**31 - 1,
            help="Another seed draws other data sets and starts.",
        ),
        Field(
            "start",
            "Start of the fits",
            "",
            "choice",
            "near-truth",
            choices=("near-truth", "random"),
            help="Near the truth, as the papers do, or knowing nothing of it.",
        ),
        Field(
            "start_scale",
            "Distance of near-truth starts",
            "",
            "float",
            0.1,
            0.0,
            5.0,
            help="Standard deviation of each coordinate's step away from the truth. The papers "
            "do not say theirs.",
        ),
        Field(
            "starts",
            "Starts per fit",
            "S",
            "int",
            1,
            1,
            32,
            help="The start that ends with the smallest sum of squares counts.",
        ),
        Field(
            "box",
            "Half-width of the parameter box",
            r"\Theta",
            "float",
            6.0,
            0.5,
            100.0,
            help="Every coordinate stays within this distance of 0.",
        ),
        Field(
            "max_steps",
            "Steps allowed per fit",
            "",
            "int",
            200,
            1,
            2000,
            help="A fit that is still improving then is counted as one that ran out of steps.",
        ),
        Field(
            "gauges",
            "Gauge",
            "",
            "choices",
            ("pinned", "offset"),
            choices=tuple(GAUGES),
            help="How a fit is held against the truth when different parameters give the same "
            "function.",
        ),
        Field(
            "window_from",
            "Slope from sample size",
            "n_0",
            "int",
            0,
            0,
            10**7,
            help="The slope is fitted to sample sizes from here on; 0 takes all.",
        ),
        Field(
            "truth_seed",
            "Seed of the search for a truth",
            "",
            "int",
            1,
            0,
            2**31 - 1,
            help="The truth is the candidate whose rate can be seen with the fewest data.",
        ),
        Field(
            "candidates",
            "Candidate truths",
            "",
            "int",
            512,
            1,
            2048,
            help="1 takes a random truth as it comes.",
        ),
    )
    return {field.name: field for field in entries}


FIELDS: Mapping[str, Field] = _fields()
"""Every field of a study, with the laboratory's defaults."""
