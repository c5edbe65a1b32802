"""Fields of a study: what the data come from, and how a truth moves."""

from __future__ import annotations

from moeviz.fields import Field, Values
from moeviz.model import GATES, SCORES
from moeviz.study.designs import DESIGNS
from moeviz.study.fields.choices import WithWords
from moeviz.study.moves import LIMIT, MOVES, OWN_TRUTH, STANDING
from moeviz.study.start_law import NEAR

TRUTH = "Truth"
"""The heading of these fields."""

OWN = "own"
"""In a field about the data: each fit's data come from its own model."""


def _moves(values: Values) -> bool:
    return bool(values["moving"] != STANDING)


TRUTH_FIELDS = (
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
        choices=WithWords((OWN,), SCORES),
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
        choices=WithWords((OWN,), GATES),
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
        "Truth number",
        "",
        "int",
        1,
        0,
        2**31 - 1,
        help="Another number draws another truth, or other candidates: it is the seed of the draw.",
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
        choices=WithWords((STANDING,), MOVES),
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
        applies=_moves,
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
        applies=_moves,
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
        applies=lambda values: _moves(values) and values["start"] == NEAR,
    ),
)
