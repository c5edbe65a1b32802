"""The papers' simulations, each under its own name.

What a paper does not say is a field with a default: how near the starts are, the batch size, and
for `sigmoid` the whole training protocol, for which that of `cosine` stands in.
"""

from __future__ import annotations

from moeviz.fields import Value
from moeviz.study.presets.preset import add_preset
from moeviz.study.presets.printed import NINE, PRINTED

TEN = (10000, 12915, 16681, 21544, 27826, 35938, 46416, 59948, 77426, 100000)
QUESTION = "Will our slopes repeat the paper's?"

COSINE: dict[str, Value] = {
    "dimension": 32,
    "true_atoms": 8,
    "atoms": 8,
    "design": "cosine",
    "sparse": 2,
    "tau1": 0.1,
    "tau2": 0.1,
    "estimators": ("sgd",),
    "sizes": (1000, 3162, 10000),
    "replicates": 10,
    "gauges": ("offset",),
    "box": 100.0,
}
COSINE_FULL: dict[str, Value] = {"sizes": NINE, "replicates": 20}

add_preset(
    "cosine-fig1a",
    "Cosine paper, Figure 1a",
    "Eight ReLU experts in 32 dimensions, fitted by stochastic gradient descent with the right "
    "number of experts, the cosine router to cosine data and the perturbed to perturbed. Two true "
    "gates are zero; there the cosine router's direction is not defined, and its score is taken "
    "as its offset.",
    QUESTION,
    asks="Eight ReLU experts: do the published slopes come out?",
    paper="cosine",
    published=PRINTED["cosine-fig1a"],
    full=COSINE_FULL,
    values=COSINE,
)
add_preset(
    "cosine-fig1b",
    "Cosine paper, Figure 1b",
    "The experiment of Figure 1a with nine fitted experts for eight true ones.",
    QUESTION,
    asks="Nine experts for eight: do the published slopes come out?",
    paper="cosine",
    published=PRINTED["cosine-fig1b"],
    full=COSINE_FULL,
    values={**COSINE, "atoms": 9},
)
add_preset(
    "cosine-fig2a",
    "Cosine paper, Figure 2a",
    "The data come from a linear router; cosine and perturbed cosine routers are fitted to the "
    "same data sets and held against their own best approximations.",
    QUESTION,
    asks="Cosine routers on linear data: do the published slopes come out?",
    paper="cosine",
    published=PRINTED["cosine-fig2a"],
    full=COSINE_FULL,
    values={**COSINE, "data_router": "linear"},
)
add_preset(
    "cosine-fig2b",
    "Cosine paper, Figure 2b",
    "The data come from a linear router over squared experts; a perturbed cosine and a linear "
    "router are fitted to the same data sets.",
    QUESTION,
    asks="Squared experts: do the published slopes come out?",
    paper="cosine",
    published=PRINTED["cosine-fig2b"],
    full=COSINE_FULL,
    values={
        **COSINE,
        "data_router": "linear",
        "routers": ("linear", "perturbed-cosine"),
        "experts": ("polynomial",),
    },
)

SIGMOID: dict[str, Value] = {
    "dimension": 8,
    "true_atoms": 8,
    "atoms": 8,
    "design": "sigmoid",
    "routers": ("quadratic",),
    "estimators": ("sgd",),
    "sizes": (1000, 3162, 10000),
    "replicates": 10,
    "gauges": ("offset",),
    "box": 100.0,
}
SIGMOID_FULL: dict[str, Value] = {"sizes": NINE, "replicates": 20}

for _letter, _expert, _words in (("a", "relu", "ReLU"), ("b", "linear", "linear")):
    add_preset(
        f"sigmoid-fig1{_letter}",
        f"Sigmoid paper, Figure 1{_letter}",
        f"Eight {_words} experts in 8 dimensions under a quadratic softmax gate; a sigmoid and a "
        "softmax gate are fitted to the same data sets. The sigmoid gate's fits are held against "
        "its best approximation.",
        QUESTION,
        asks=f"On softmax data, {_words} experts: do the published slopes come out?",
        paper="sigmoid",
        published=PRINTED[f"sigmoid-fig1{_letter}"],
        full=SIGMOID_FULL,
        values={
            **SIGMOID,
            "gates": ("softmax", "sigmoid"),
            "data_gate": "softmax",
            "experts": (_expert,),
        },
    )
for _letter, _sparse, _words in (
    ("a", 2, "sparse: the last two true gates are zero"),
    ("b", 0, "dense: every true gate sees the input"),
):
    add_preset(
        f"sigmoid-fig2{_letter}",
        f"Sigmoid paper, Figure 2{_letter}",
        f"A quadratic sigmoid gate over eight ReLU or linear experts, {_words}. Each expert is "
        "fitted to data of its own.",
        QUESTION,
        asks=f"{'Sparse' if _sparse else 'Dense'} sigmoid gate: do the published slopes come out?",
        paper="sigmoid",
        published=PRINTED[f"sigmoid-fig2{_letter}"],
        full=SIGMOID_FULL,
        values={
            **SIGMOID,
            "gates": ("sigmoid",),
            "experts": ("linear", "relu"),
            "sparse": _sparse,
        },
    )

MULTINOMIAL: dict[str, Value] = {
    "dimension": 1,
    "true_atoms": 2,
    "design": "multinomial",
    "routers": ("linear",),
    "experts": ("linear",),
    "output": "categorical",
    "classes": 2,
    "low": 0.0,
    "high": 1.0,
    "estimators": ("converged", "em"),
    "max_steps": 400,
    "box": 20.0,
    "sizes": (10000, 31623, 100000),
    "replicates": 8,
    "gauges": ("pinned",),
}
MULTINOMIAL_FULL: dict[str, Value] = {"sizes": TEN, "replicates": 40}

for _name, _atoms, _router, _flat in (
    ("1a", 3, "linear", 0),
    ("1b", 4, "linear", 0),
    ("2a", 3, "linear", 1),
    ("2b", 4, "linear", 1),
    ("2c", 3, "modified-sigmoid", 1),
    ("2d", 4, "modified-sigmoid", 1),
):
    _regime = "Regime 2: the last true expert does not see the input" if _flat else "Regime 1"
    _gate = "the standard gate" if _router == "linear" else "a gate modified by a sigmoid"
    add_preset(
        f"multinomial-fig{_name}",
        f"Multinomial paper, Figure {_name}",
        f"Two true and {_atoms} fitted experts over two classes in one dimension, {_gate}, "
        f"{_regime}. Expectation-maximisation as in the paper and the converged estimator are run "
        "on the same data from the same starts.",
        QUESTION,
        asks=f"{_atoms} experts for two, {_gate}: do the published slopes come out?",
        paper="multinomial",
        published=PRINTED[f"multinomial-fig{_name}"],
        full=MULTINOMIAL_FULL,
        values={**MULTINOMIAL, "atoms": _atoms, "routers": (_router,), "flat": _flat},
    )
add_preset(
    "multinomial-fig3",
    "Multinomial paper, Figure 3",
    "Regime 2 with three fitted experts and 200 iterations of expectation-maximisation: how fast "
    "the negative log-likelihood falls under the standard gate and under gates modified by cos, "
    "sin and log|x|. Each gate is fitted to data of its own, so that levels cannot be compared, "
    "only the falls.",
    "Which gate's likelihood will improve most?",
    asks="Which gate's likelihood improves most?",
    paper="multinomial",
    values={
        **MULTINOMIAL,
        "atoms": 3,
        "flat": 1,
        "routers": ("linear", "modified-cos", "modified-sin", "modified-log"),
        "estimators": ("em",),
        "em_steps": 200,
        "em_tolerance": 0.0,
        "sizes": (10000,),
        "replicates": 20,
    },
)
