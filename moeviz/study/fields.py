"""The table of a study's fields.

A page builds its form from these, the command line its ``--set``, and a link its parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from moeviz.estimate import EM_RULES
from moeviz.fields import Field, Table, Values
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.model.registry import Registry
from moeviz.model.settings import constant_fields
from moeviz.study.designs import DESIGNS
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.moves import LIMIT, MOVES, OWN_TRUTH, STANDING
from moeviz.study.start_law import start_fields
from moeviz.study.statistic import BARS, GEOMETRIC, INTERVAL, STATISTICS
from moeviz.theory import DISTANCES, GAUGES, LOSSES


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

BESIDE, LEFT_OUT = "beside", "none"
"""In the field of untrained curves: whether the starts' loss is shown."""

MODEL, TRUTH, DATA, FITS, READ = "Model", "Truth", "Data", "Fits", "Reading"


_PARTS: dict[str, Registry[Any]] = {
    "routers": SCORES,
    "gates": GATES,
    "experts": EXPERTS,
    "output": OUTPUTS,
    "data_router": SCORES,
    "data_gate": GATES,
}
"""Where a study names parts of models, with the registries that know them."""


def _runs(field: Field) -> Callable[[Values], bool]:
    """Return whether some estimator that is chosen reads a field, which applies itself."""

    def applies(values: Values) -> bool:
        chosen = (ESTIMATORS[name] for name in values["estimators"])
        return any(field.name in one.fields for one in chosen) and field.applies(values)

    return applies


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
        basic=True,
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
        basic=True,
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
        basic=True,
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
        basic=True,
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
        basic=True,
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
        basic=True,
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
        basic=True,
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
        applies=lambda values: DESIGNS[values["design"]].searched,
    ),
    Field(
        "moving",
        "Truth that moves with n",
        "G_n",
        "choice",
        STANDING,
        choices=_With((STANDING,), MOVES),
        help="'none': one truth for all sample sizes. Otherwise each size has its own, which comes "
        "closer to a limit along this sequence; the limit is where the truth would stand.",
        group=TRUTH,
    ),
    Field(
        "moving_scale",
        "How far out the truth begins",
        "c",
        "float",
        1.0,
        0.0,
        100.0,
        help="The truth of n samples lies t = c n^(-q) along its sequence; with 0 it is the limit.",
        group=TRUTH,
        applies=lambda values: values["moving"] != STANDING,
    ),
    Field(
        "moving_power",
        "How fast the truth comes closer",
        "q",
        "float",
        0.125,
        0.0,
        2.0,
        help="The power of n in t = c n^(-q); with 0 the truth stands still, t = c from the limit.",
        group=TRUTH,
        applies=lambda values: values["moving"] != STANDING,
    ),
    Field(
        "moving_start",
        "What near-truth starts lie around",
        "",
        "choice",
        LIMIT,
        choices=(LIMIT, OWN_TRUTH),
        help="'limit': the same for every size, so that a fit knows the data alone. 'truth': each "
        "size's own, which tells the fit where the truth has gone.",
        group=TRUTH,
        applies=lambda values: values["moving"] != STANDING and values["start"] == "near-truth",
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
        basic=True,
        longest=1800,
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
        basic=True,
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
        basic=True,
    ),
    Field(
        "estimators",
        "Estimators to compare",
        "",
        "choices",
        ("converged",),
        choices=ESTIMATORS,
        help="'converged' is the estimator of the theorems; it begins on a part of a large sample. "
        "'converged-whole' uses the whole sample in every step. 'em' and 'sgd' are what the papers "
        "ran. Each one chosen is run on the same data.",
        group=FITS,
        basic=True,
    ),
    *start_fields(FITS),
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
        help="EM stops when a step changes less than this, of what its rule watches: by default "
        "the mean log-likelihood per observation. The multinomial paper does not say of what its "
        "1e-6 is the tolerance.",
        group=FITS,
        applies=lambda values: EM_RULES[values["em_rule"]].tolerates,
    ),
    Field(
        "em_rule",
        "What EM's tolerance is of",
        "",
        "choice",
        "mean",
        choices=EM_RULES,
        help="EM stops when a step raises the 'mean' log-likelihood per observation by less, the "
        "'total' one, or the total one by a smaller share of itself ('relative'); when no "
        "parameter moves by more ('parameters'); or after all its iterations ('none').",
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
        0,
        10**7,
        help="Used by stochastic gradient descent only. 0, or n and more, takes the whole sample: "
        "gradient descent, one step an epoch. No paper says its own.",
        group=FITS,
    ),
    Field(
        "untrained",
        "Loss of the starts",
        "",
        "choice",
        BESIDE,
        choices=(BESIDE, LEFT_OUT),
        help="'beside': beside a published protocol, EM or SGD, the loss of its own starts, read "
        "in the same way. It is what nobody's training would show.",
        group=READ,
        applies=lambda values: any(ESTIMATORS[name].published for name in values["estimators"]),
    ),
    Field(
        "unfinished",
        "Data sets trained to the end",
        "",
        "int",
        4,
        0,
        1000,
        help="Of a published protocol, EM or SGD, at most: where it stops the converged estimator "
        "goes on, on the same data. How far that leads is read beside the fits: what training has "
        "yet to do. 0 leaves it out.",
        group=READ,
        applies=lambda values: any(ESTIMATORS[name].published for name in values["estimators"]),
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
        "statistic",
        "Statistic of a slope",
        "",
        "choice",
        GEOMETRIC,
        choices=STATISTICS,
        title=lambda name: STATISTICS[name].title,
        help="What a slope is drawn through at each sample size. 'geometric': the means of the "
        "logarithms, while the points are means; this laboratory's own. 'mean': the means, as the "
        "papers do. 'median': the medians. A finished study is read anew, without a fit.",
        group=READ,
    ),
    Field(
        "bars",
        "Band around a curve",
        "",
        "choice",
        INTERVAL,
        choices=BARS,
        title=lambda name: BARS[name],
        help="'interval': a 95 % interval of what is drawn. '2sd' and '3sd': so many standard "
        "deviations of the replicates to either side, which the cosine and the sigmoid paper print "
        "as error bars. Slopes do not depend on it.",
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


def _all() -> Iterator[Field]:
    yield from _MODEL
    yield from constant_fields(_PARTS, MODEL)
    for field in _REST:
        yield replace(field, applies=_runs(field)) if field.name in _read() else field


def _read() -> set[str]:
    """Return the fields that estimators read."""
    return {name for estimator in ESTIMATORS.values() for name in estimator.fields}


def _changes() -> tuple[int, ...]:
    return tuple(part.changes for part in (SCORES, GATES, EXPERTS, OUTPUTS, ESTIMATORS))


FIELDS: Mapping[str, Field] = Table(_all, _changes)
"""Every field of a study, with the laboratory's defaults."""
