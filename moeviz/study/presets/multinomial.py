"""Simulations of the paper `multinomial`, each under its own name.

The full sizes are the figures' own (:mod:`~moeviz.study.presets.printed`), with fewer replicates
at each than the paper's forty: so many that a figure takes about ten minutes of one core.
"""

from __future__ import annotations

from moeviz.fields import Value
from moeviz.study.presets.papers import QUESTION
from moeviz.study.presets.preset import add_preset
from moeviz.study.presets.printed import PRINTED

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

for _name, _atoms, _router, _flat, _replicates in (
    ("1a", 3, "linear", 0, 6),
    ("1b", 4, "linear", 0, 6),
    ("2a", 3, "linear", 1, 10),
    ("2b", 4, "linear", 1, 10),
    ("2c", 3, "modified-sigmoid", 1, 20),
    ("2d", 4, "modified-sigmoid", 1, 20),
):
    _regime = "Regime 2: the last true expert does not see the input" if _flat else "Regime 1"
    (_printed,) = PRINTED[f"multinomial-fig{_name}"]
    _gate = "the standard gate" if _router == "linear" else "a gate modified by a sigmoid"
    add_preset(
        f"multinomial-fig{_name}",
        f"Multinomial paper, Figure {_name}",
        f"Two true and {_atoms} fitted experts over two classes in one dimension, {_gate}, "
        f"{_regime}. Expectation-maximisation as in the paper and the converged estimator are run "
        "on the same data from the same starts. The figure has "
        f"{len(_printed.sizes)} sample sizes and {_printed.replicates} replicates, the full size "
        f"as many sizes and {_replicates} replicates.",
        QUESTION,
        asks=f"{_atoms} experts for two, {_gate}: do the published slopes come out?",
        paper="multinomial",
        published=(_printed,),
        full={"sizes": _printed.sizes, "replicates": _replicates},
        values={**MULTINOMIAL, "atoms": _atoms, "routers": (_router,), "flat": _flat},
    )

for _name, _atoms in (("2a", 3), ("2b", 4)):
    (_printed,) = PRINTED[f"multinomial-fig{_name}"]
    add_preset(
        f"multinomial-fig{_name}-end",
        f"Multinomial paper, Figure {_name}, to the end",
        f"Figure {_name} with all 2000 iterations of expectation-maximisation that the paper "
        "allows, whatever the tolerance: its printed level lies far above where our runs stop.",
        "Will the level rise to the paper's?",
        asks="How high does expectation-maximisation climb if nothing stops it?",
        paper="multinomial",
        published=(_printed,),
        full={"sizes": _printed.sizes, "replicates": 5},
        values={
            **MULTINOMIAL,
            "atoms": _atoms,
            "flat": 1,
            "estimators": ("em",),
            "em_rule": "none",
            "em_steps": 2000,
            "sizes": (10000, 31623),
        },
    )

FIGURE_3: dict[str, Value] = {
    **MULTINOMIAL,
    "atoms": 3,
    "flat": 1,
    "routers": ("linear", "modified-cos", "modified-sin", "modified-log"),
    "estimators": ("em",),
    "em_steps": 200,
    "em_tolerance": 0.0,
    "sizes": (10000,),
    "replicates": 20,
}
FALL = (
    "Regime 2 with three fitted experts and 200 iterations of expectation-maximisation: how fast "
    "the negative log-likelihood falls under the standard gate and under gates modified by cos, "
    "sin and log|x|."
)

add_preset(
    "multinomial-fig3",
    "Multinomial paper, Figure 3",
    f"{FALL} Each gate is fitted to data of its own, as the paper draws them for its other figures "
    "(equation 44), so that levels cannot be compared, only the falls.",
    "Which gate's likelihood will improve most?",
    asks="Which gate's likelihood improves most?",
    paper="multinomial",
    values=FIGURE_3,
)
add_preset(
    "multinomial-fig3-shared",
    "Multinomial paper, Figure 3, one data set",
    f"{FALL} All gates are fitted to the same data, drawn with the standard gate (equation 43), as "
    "the figure's one axis for all suggests; so levels can be compared, too.",
    "Which gate's likelihood will end lowest?",
    asks="Which gate fits the standard gate's data best?",
    paper="multinomial",
    values={**FIGURE_3, "data_router": "linear"},
)
