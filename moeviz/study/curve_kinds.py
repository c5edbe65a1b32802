"""Kinds of curves, and of the blocks that they are read off."""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.theory.rates import RateClaim

FITS, STARTS, UNFINISHED = "fits", "starts", "unfinished"
"""Of fits; of a protocol's starts, which nobody trained; of what a protocol has left to do."""

APART = "separation"
"""The kind of a curve of how far a moving truth is from its limit, and what its name says."""

KINDS = (FITS, STARTS, UNFINISHED, APART)

UNTRAINED = "before training"
"""What the name of a curve of starts says."""

TO_THE_END = "to the converged estimator"
"""What the name of a curve of what is left says."""

NO_CLAIM: Mapping[str, RateClaim] = {
    STARTS: RateClaim(None, "Theory speaks of estimators, not of where they start.", "moeviz"),
    UNFINISHED: RateClaim(
        None, "Theory speaks of estimators, not of how far it is to them.", "moeviz"
    ),
    APART: RateClaim(
        None, "How far the truths are from their limit is chosen, not learnt.", "moeviz"
    ),
}
"""What theory says of the other kinds of curves than fits."""

WORDS: Mapping[str, str] = {FITS: "", STARTS: UNTRAINED, UNFINISHED: TO_THE_END, APART: APART}
"""What the name of a curve says of its kind."""
