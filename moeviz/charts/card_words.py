"""One line for each estimator and regime: what it does, for somebody who chooses.

Parts of models say it themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.charts.regimes import EXACT, MISSPECIFIED, ONE, OTHER, TWO

WORDS: Mapping[str, Mapping[str, str]] = {
    "estimators": {
        "converged": "Down to the bottom, as the theorems mean it.",
        "converged-whole": "The same bottom, with the whole sample in every step.",
        "em": "Expectation-maximisation: many short, safe steps.",
        "sgd": "Stochastic gradient descent on batches: what the papers ran.",
    },
    "setting": {
        EXACT: "As many experts are fitted as made the data.",
        ONE: "One more expert than made the data: two share a true one.",
        TWO: "Two more experts than made the data.",
        MISSPECIFIED: "The data come from another router or gate; no fit can be the truth.",
        OTHER: "More than two experts more than made the data.",
    },
    "gate_regime": {
        "dense": "Every true gate sees the input.",
        "sparse": "The last true gate is zero: the input does not move it.",
    },
    "expert_regime": {
        "1": "Every true expert sees the input.",
        "2": "The last true expert is constant: the input does not move it.",
    },
}
"""By the field or the group of regimes, then by the choice's name."""
