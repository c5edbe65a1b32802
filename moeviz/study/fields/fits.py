"""Fields of a study: the estimators that are compared, and what sets them up."""

from __future__ import annotations

from moeviz.estimate import EM_RULES
from moeviz.fields import Field
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.start_law import start_fields

FITS = "Fits"
"""The heading of these fields."""

FIT_FIELDS = (
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
)
