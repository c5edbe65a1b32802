"""Fields: the settings of a study, with their limits, and how to read them from text.

A page builds its form from these, the command line its ``--set``, and a link its parameters, so
all three refuse the same input with the same sentence.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Callable, Collection, ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass, replace
from typing import Any

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES, AnyConstant, TextConstant
from moeviz.model.registry import Registry
from moeviz.study.designs import DESIGNS
from moeviz.study.document import check_text, digits
from moeviz.study.estimators import ESTIMATORS
from moeviz.theory import DISTANCES, GAUGES, LOSSES

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
    kind : {"int", "float", "choice", "choices", "sizes", "text"}
        ``choices`` is a non-empty selection in the registry's order; ``sizes`` an ascending list
        of sample sizes.
    default : Value
    low, high : float
        Limits of a number, or of each sample size; both included.
    choices : collection of str
        What a choice may be; registries are read when they are needed, so that a variant that
        is registered later can be chosen too.
    help : str
        One sentence for people.
    group : str
        The heading under which a form shows it.
    reader : callable or None
        From a text to the one way to write it, for the kind ``text``.
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
        if len(text) > LONGEST_TEXT:
            raise SpecificationError(
                f"Expected at most {LONGEST_TEXT} characters for {self.name}, but got {len(text)}."
            )
        text = text.strip()
        if self.kind in ("choice", "text"):
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
        if self.reader is not None:
            if not isinstance(value, str):
                raise SpecificationError(
                    f"Expected a text for {self.name}, but got {_short(value)}."
                )
            return self.reader(check_text(value))
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
        if not _is_plain(value) or (whole and value != int(value)):
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
        return tuple(name for name in self.options if name in chosen)

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


class _With(Collection[str]):
    """Some words of its own before the names of registries."""

    def __init__(self, words: tuple[str, ...], *registries: Collection[str]) -> None:
        self.words = words
        self.registries = registries

    def __iter__(self) -> Iterator[str]:
        yield from self.words
        for registry in self.registries:
            yield from registry

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return any(name == each for each in self)


OWN = "own"
"""In a field about the data: each fit's data come from its own model."""

PAPER = "paper"
"""In the field of losses: the loss of the paper whose model is fitted."""

MODEL, TRUTH, DATA, FITS, READ = "Model", "Truth", "Data", "Fits", "Reading"


def _constants() -> Iterator[Field]:
    """Yield a field for every constant that some registered variant has."""
    seen: set[str] = set()
    registries: tuple[Registry[Any], ...] = (SCORES, GATES, EXPERTS, OUTPUTS)
    for registry in registries:
        for variant in registry.values():
            constants: tuple[AnyConstant, ...] = getattr(variant, "constants", ())
            for constant in constants:
                if constant.name not in seen:
                    seen.add(constant.name)
                    yield _constant_field(constant)


def _constant_field(c: AnyConstant) -> Field:
    label = c.label or c.name
    if isinstance(c, TextConstant):
        return Field(
            c.name, label, c.symbol, "text", c.default, help=c.help, group=MODEL, reader=c.read
        )
    return Field(
        c.name,
        label,
        c.symbol,
        "int" if c.whole else "float",
        int(c.default) if c.whole else float(c.default),
        c.low,
        c.high,
        help=c.help,
        group=MODEL,
    )


_MODEL = (
    Field(
        "routers",
        "Routers to compare",
        r"s_i(x)",
        "choices",
        tuple(name for name, score in SCORES.items() if score.featured),
        choices=SCORES,
        help="How a router scores an expert; each one chosen is fitted.",
        group=MODEL,
    ),
    Field(
        "gates",
        "Gates to compare",
        r"g_i(x)",
        "choices",
        ("softmax",),
        choices=GATES,
        help="How scores become the experts' weights; each one chosen is fitted.",
        group=MODEL,
    ),
    Field(
        "experts",
        "Experts to compare",
        r"h(x, \eta_i)",
        "choices",
        ("relu",),
        choices=EXPERTS,
        help="What an expert computes; each one chosen is fitted to data of its own.",
        group=MODEL,
    ),
    Field(
        "output",
        "Output",
        "",
        "choice",
        "regression",
        choices=OUTPUTS,
        help="Regression is fitted by least squares, densities by maximum likelihood.",
        group=MODEL,
    ),
    Field(
        "dimension",
        "Input dimension",
        "d",
        "int",
        2,
        1,
        32,
        help="How many inputs there are.",
        group=MODEL,
    ),
)

_REST = (
    Field(
        "true_atoms",
        "True number of experts",
        "k_*",
        "int",
        2,
        1,
        8,
        help="How many experts the data come from.",
        group=TRUTH,
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
        group=TRUTH,
    ),
    Field(
        "data_router",
        "Router of the data",
        "",
        "choice",
        OWN,
        choices=_With((OWN,), SCORES),
        help="'own': each fit gets data of its own model. Another router than the fitted one: "
        "misspecified.",
        group=TRUTH,
    ),
    Field(
        "data_gate",
        "Gate of the data",
        "",
        "choice",
        OWN,
        choices=_With((OWN,), GATES),
        help="'own': each fit gets data of its own model. Another gate than the fitted one: "
        "misspecified.",
        group=TRUTH,
    ),
    Field(
        "sparse",
        "True experts with a zero gate",
        r"\bar N",
        "int",
        0,
        0,
        8,
        help="0: dense. More: sparse; the gates of the last experts do not see the input.",
        group=TRUTH,
    ),
    Field(
        "flat",
        "True experts with zero slopes",
        "",
        "int",
        0,
        0,
        8,
        help="0: Regime 1. More: Regime 2; the last experts do not see the input.",
        group=TRUTH,
    ),
    Field(
        "design",
        "Where the truth comes from",
        "",
        "choice",
        "designed",
        choices=DESIGNS,
        help="'designed': the candidate whose rate can be seen with the fewest data. Otherwise "
        "as a paper says.",
        group=TRUTH,
    ),
    Field(
        "truth_seed",
        "Seed of the truth",
        "",
        "int",
        1,
        0,
        2**31 - 1,
        help="Another seed draws another truth, or other candidates.",
        group=TRUTH,
    ),
    Field(
        "candidates",
        "Candidate truths",
        "",
        "int",
        512,
        1,
        2048,
        help="How many a designed truth is chosen from; 1 takes a random one as it comes.",
        group=TRUTH,
    ),
    Field(
        "low",
        "Least input",
        "",
        "float",
        -1.0,
        -10.0,
        10.0,
        help="Inputs are uniform on a cube that begins here.",
        group=DATA,
    ),
    Field(
        "high",
        "Greatest input",
        "",
        "float",
        1.0,
        -10.0,
        10.0,
        help="Inputs are uniform on a cube that ends here.",
        group=DATA,
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
        group=DATA,
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
        group=DATA,
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
        group=DATA,
    ),
    Field(
        "estimators",
        "Estimators to compare",
        "",
        "choices",
        ("converged",),
        choices=ESTIMATORS,
        help="'converged' is the estimator of the theorems; 'em' and 'sgd' are what the papers "
        "ran. Each one chosen is run on the same data.",
        group=FITS,
    ),
    Field(
        "start",
        "Start of the fits",
        "",
        "choice",
        "near-truth",
        choices=("near-truth", "random"),
        help="Near the truth, as the cosine and the multinomial paper do, or knowing nothing of "
        "it. The sigmoid paper does not say.",
        group=FITS,
    ),
    Field(
        "start_scale",
        "Distance of near-truth starts",
        "",
        "float",
        0.1,
        0.0,
        5.0,
        help="Standard deviation of each coordinate's step away from the truth. No paper says "
        "its own.",
        group=FITS,
    ),
    Field(
        "starts",
        "Starts per fit",
        "S",
        "int",
        1,
        1,
        32,
        help="The start that ends with the smallest cost counts.",
        group=FITS,
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
        group=FITS,
    ),
    Field(
        "max_steps",
        "Steps allowed per fit",
        "",
        "int",
        200,
        1,
        2000,
        help="Of the converged estimator. A fit that is still improving then is counted as one "
        "that ran out of steps.",
        group=FITS,
    ),
    Field(
        "em_steps",
        "Iterations allowed for EM",
        "",
        "int",
        2000,
        1,
        5000,
        help="Used by EM only.",
        group=FITS,
    ),
    Field(
        "em_tolerance",
        "Tolerance of EM",
        r"\epsilon",
        "float",
        1e-6,
        0.0,
        0.1,
        help="EM stops when the mean log-likelihood per observation rises by less. The multinomial "
        "paper does not say of what its 1e-6 is the tolerance.",
        group=FITS,
    ),
    Field(
        "epochs",
        "Epochs of SGD",
        "",
        "int",
        10,
        1,
        100,
        help="Used by stochastic gradient descent only.",
        group=FITS,
    ),
    Field(
        "rate",
        "Learning rate of SGD",
        "",
        "float",
        0.1,
        1e-5,
        10.0,
        help="Used by stochastic gradient descent only.",
        group=FITS,
    ),
    Field(
        "batch",
        "Batch size of SGD",
        "",
        "int",
        128,
        16,
        65536,
        help="Used by stochastic gradient descent only. No paper says its own.",
        group=FITS,
    ),
    Field(
        "losses",
        "What is read off a fit",
        "",
        "choices",
        (PAPER,),
        choices=_With((PAPER,), LOSSES, DISTANCES),
        help="'paper': the loss of the paper whose model is fitted. Besides: single blocks, and "
        "distances between functions.",
        group=READ,
    ),
    Field(
        "gauges",
        "Gauge",
        "",
        "choices",
        ("pinned", "offset"),
        choices=GAUGES,
        help="How a fit is held against the truth when different parameters give the same "
        "function.",
        group=READ,
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
        group=READ,
    ),
)


class _Fields(Mapping[str, Field]):
    """Every field by name; those of constants follow the registries."""

    def __init__(self) -> None:
        self._variants: tuple[object, ...] = ()
        self._known: dict[str, Field] = {}

    def _all(self) -> dict[str, Field]:
        """Return the fields, made anew when a registry has changed."""
        variants = (*SCORES.values(), *GATES.values(), *EXPERTS.values(), *OUTPUTS.values())
        if variants != self._variants:
            self._known = {field.name: field for field in (*_MODEL, *_constants(), *_REST)}
            self._variants = variants
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


FIELDS: Mapping[str, Field] = _Fields()
"""Every field of a study, with the laboratory's defaults."""
