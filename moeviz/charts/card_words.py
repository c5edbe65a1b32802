"""One line for each choice of a study: what it does, for somebody who chooses."""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.charts.regimes import EXACT, MISSPECIFIED, ONE, OTHER, TWO

WORDS: Mapping[str, Mapping[str, str]] = {
    "routers": {
        "linear": "The score grows along β; lengths of β and x count as much as directions.",
        "cosine": "Only directions count: how long β or x is makes no difference.",
        "perturbed-cosine": "A cosine with τ added to both lengths, so that lengths count again.",
        "quadratic": "A quadratic form of the input: borders between experts may be curved.",
        "partial-quadratic": "The quadratic form alone, without a linear term.",
        "modified-tanh": "Linear in tanh of each input, which levels off far out.",
        "modified-cos": "Linear in the cosine of each input, which goes up and down.",
        "modified-sin": "Linear in the sine of each input, which goes up and down.",
        "modified-sigmoid": "Linear in the logistic function of each input.",
        "modified-power": "Linear in a power of each input, which is steep far out.",
        "modified-log": "Linear in the logarithm of each input's size.",
        "modified-unit": "Linear in the input's direction; its length does not count.",
        "competition": "No gate of its own: experts with large values are heard most.",
        "competition-bare": "Competition without offsets, as the paper prints it.",
        "custom": "A score that you type, linear in its gate parameters.",
    },
    "gates": {
        "softmax": "Experts share a weight of 1: one gains what others lose.",
        "sigmoid": "Each expert is weighed by itself; weights need not sum to 1.",
        "top-softmax": "Softmax among the K largest scores; the other experts are silent.",
        "top-sigmoid": "Sigmoid weights of the K largest scores; the other experts are silent.",
    },
    "experts": {
        "linear": "A straight line along one direction of the input.",
        "polynomial": "A power of a straight line.",
        "relu": "Flat on one side of a kink, a straight line on the other.",
        "gelu": "A smooth ReLU with a dip before the rise.",
        "tanh": "A smooth step from −1 to 1.",
        "sigmoid": "A smooth step from 0 to 1.",
        "scaled-relu": "A ReLU with a height of its own; height and slope can be traded.",
        "scaled-gelu": "A GELU with a height of its own.",
        "scaled-tanh": "A tanh with a height of its own.",
        "scaled-sigmoid": "A sigmoid with a height of its own.",
        "ffn": "A small network: a few smooth kinks, weighed and added.",
        "custom": "An expert that you type.",
    },
    "output": {
        "regression": "One number with noise of known size; fitted by least squares.",
        "gaussian": "One number, and each expert has a variance; maximum likelihood.",
        "categorical": "One of several classes; maximum likelihood.",
    },
    "estimators": {
        "converged": "Down to the bottom, as the theorems mean it.",
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
"""By the field that a choice sets, or by the group of regimes, then by the choice's name."""
