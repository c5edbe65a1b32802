"""Simulations of the papers `cosine` and `sigmoid`, each under its own name.

What a paper does not say is a field with a default: how near the starts are, the batch size, and
for `sigmoid` the whole training protocol, for which that of `cosine` stands in.
"""

from __future__ import annotations

from moeviz.fields import Value
from moeviz.study.presets.preset import add_preset
from moeviz.study.presets.printed import NINE, PRINTED

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
OVER = (
    "The paper does not say how many experts it fits, and its theory is of more experts than are "
    "true: here nine are fitted to eight."
)


def _exact_and_over(
    name: str, title: str, summary: str, about: str, values: dict[str, Value]
) -> None:
    """Add a figure of `sigmoid` with eight fitted experts and with nine."""
    for atoms, ending, beside, words in ((8, "", "", ""), (9, "-over", ", nine experts", OVER)):
        add_preset(
            f"{name}{ending}",
            f"{title}{beside}",
            f"{summary} {words}".strip(),
            QUESTION,
            asks=f"{about}{beside}: do the published slopes come out?",
            paper="sigmoid",
            published=PRINTED[name],
            full=SIGMOID_FULL,
            values={**SIGMOID, "atoms": atoms, **values},
        )


for _letter, _expert, _words in (("a", "relu", "ReLU"), ("b", "linear", "linear")):
    _exact_and_over(
        f"sigmoid-fig1{_letter}",
        f"Sigmoid paper, Figure 1{_letter}",
        f"Eight {_words} experts in 8 dimensions under a quadratic softmax gate; a sigmoid and a "
        "softmax gate are fitted to the same data sets. The sigmoid gate's fits are held against "
        "its best approximation.",
        f"On softmax data, {_words} experts",
        {"gates": ("softmax", "sigmoid"), "data_gate": "softmax", "experts": (_expert,)},
    )
for _letter, _sparse, _words in (
    ("a", 2, "sparse: the last two true gates are zero"),
    ("b", 0, "dense: every true gate sees the input"),
):
    _exact_and_over(
        f"sigmoid-fig2{_letter}",
        f"Sigmoid paper, Figure 2{_letter}",
        f"A quadratic sigmoid gate over eight ReLU or linear experts, {_words}. Each expert is "
        "fitted to data of its own.",
        f"{'Sparse' if _sparse else 'Dense'} sigmoid gate",
        {"gates": ("sigmoid",), "experts": ("linear", "relu"), "sparse": _sparse},
    )
