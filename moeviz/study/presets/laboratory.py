"""The laboratory's own presets: designed truths, converged estimators, one for each regime."""

from __future__ import annotations

from moeviz.fields import Value
from moeviz.study.presets.preset import add_preset

CLASSROOM = (1000, 3162, 10000, 31623)
LARGE = (10000, 21544, 46416, 100000)
MEDIUM = (3162, 10000, 31623, 100000)
TO_THE_END = (1000, 3162, 10000, 31623, 100000)
QUESTION = "How steep will each line be on the log-log plot?"
OVER = (
    "Extra experts crowd a cell, and many fits end on the edge of the box: the local slope at the "
    "largest sample says more than the whole line."
)
BLOCKS = ("paper", "mass", "gate", "expert")

CLASSES: dict[str, Value] = {
    "experts": ("linear",), "output": "categorical", "low": -3.0, "high": 3.0, "box": 10.0,
}  # fmt: skip
"""Classes, on wide inputs and over a wide box."""

CROWDED: dict[str, Value] = {
    "atoms": 3, "max_steps": 400, "sizes": CLASSROOM, "replicates": 20, "gauges": ("pinned",),
}  # fmt: skip
"""One expert too many, with the steps that its fits are allowed."""

add_preset(
    "cosine-exact",
    "Cosine against perturbed cosine",
    "Does the cosine router really learn slowly? Both routers are fitted with the right number "
    "of experts to data of their own model, from starts near the truth, each fit to convergence. "
    "The same fits are then read with different rulers: with the gauge pinned, with only one "
    "offset pinned as in the paper, and for the cosine router by length and by direction.",
    QUESTION,
    asks="Does the cosine router really learn slowly?",
    paper="cosine",
    sizes=TO_THE_END,
    replicates=64,
)
add_preset(
    "cosine-over",
    "One expert too many",
    f"The fits have one expert more than the truth, over a box of parameters. {OVER}",
    "How steep will the loss L2 be at the largest sample?",
    asks="What does one expert too many cost?",
    paper="cosine",
    experts=("tanh",),
    atoms=3,
    replicates=20,
    gauges=("pinned", "quotient"),
    max_steps=400,
)
add_preset(
    "cosine-exact-experts",
    "Routers and experts, exact-specified",
    "The linear and the perturbed cosine router with ReLU and tanh experts, each fitted to data "
    "of its own model with the right number of experts.",
    QUESTION,
    asks="Does the expert decide how fast a router is learnt?",
    paper="cosine",
    routers=("linear", "perturbed-cosine"),
    experts=("relu", "tanh"),
    sizes=CLASSROOM,
    replicates=40,
    gauges=("pinned",),
    full={"sizes": TO_THE_END, "replicates": 64},
)
add_preset(
    "sigmoid-dense",
    "Sigmoid and softmax gates, dense regime",
    "Quadratic scores under a sigmoid and under a softmax gate, each fitted to data of its own "
    "model with the right number of GELU experts. Every true gate sees the input.",
    QUESTION,
    asks="Does a sigmoid gate learn faster than a softmax?",
    paper="sigmoid",
    routers=("quadratic",),
    gates=("softmax", "sigmoid"),
    experts=("gelu",),
    sizes=CLASSROOM,
    replicates=40,
    gauges=("pinned",),
    losses=("L3",),
    full={"sizes": TO_THE_END, "replicates": 64},
    low=-2.0,
    high=2.0,
)
add_preset(
    "sigmoid-sparse",
    "Sigmoid gate, sparse regime, one expert too many",
    f"The last true gate is zero, so that its expert can be split in two without a trace. {OVER}",
    "Which expert will be learnt faster?",
    asks="Which expert hides one too many?",
    paper="sigmoid",
    values=CROWDED,
    routers=("quadratic",),
    gates=("sigmoid",),
    experts=("polynomial", "gelu"),
    sparse=1,
    full={"sizes": TO_THE_END, "replicates": 40},
    low=-2.0,
    high=2.0,
)
add_preset(
    "sigmoid-against-softmax",
    "Sigmoid against softmax on the same data",
    "The data come from a softmax gate with quadratic scores. Both gates are fitted to the same "
    "data sets. The sigmoid gate cannot be the truth: its fits are held against its own best "
    "approximation, and the distance between the regressions stops at that approximation's.",
    "Whose distance to the true regression will stop falling?",
    asks="What does a sigmoid gate miss in softmax data?",
    paper="sigmoid",
    routers=("quadratic",),
    gates=("softmax", "sigmoid"),
    experts=("gelu",),
    data_gate="softmax",
    sizes=CLASSROOM,
    replicates=20,
    gauges=("pinned",),
    losses=("paper", "l2"),
    full={"sizes": TO_THE_END, "replicates": 40},
    low=-2.0,
    high=2.0,
    true_atoms=3,
    atoms=3,
)
add_preset(
    "softmax-against-sigmoid",
    "Softmax against sigmoid on the same data",
    "The mirror of the study before: the data come from a sigmoid gate.",
    "Whose distance to the true regression will stop falling?",
    asks="What does a softmax gate miss in sigmoid data?",
    paper="sigmoid",
    routers=("quadratic",),
    gates=("softmax", "sigmoid"),
    experts=("gelu",),
    data_gate="sigmoid",
    sizes=CLASSROOM,
    replicates=20,
    gauges=("pinned",),
    losses=("paper", "l2"),
    full={"sizes": TO_THE_END, "replicates": 40},
    low=-2.0,
    high=2.0,
    true_atoms=3,
    atoms=3,
)
add_preset(
    "multinomial-exact",
    "Classes, Regime 1, exact-specified",
    "Multinomial logistic experts over three classes under the standard and a modified gate. "
    "Every true expert sees the input.",
    QUESTION,
    asks="Are classes learnt as fast as numbers?",
    paper="multinomial",
    values=CLASSES,
    routers=("linear", "modified-tanh"),
    classes=3,
    sizes=LARGE,
    replicates=40,
    gauges=("pinned",),
    losses=("paper", "hellinger"),
    full={"replicates": 100},
)
add_preset(
    "multinomial-over",
    "Classes, Regime 1, one expert too many",
    f"The standard and a modified gate with one expert more than the truth. {OVER}",
    "How steep will D2 be at the largest sample?",
    asks="Does a modified gate help where an expert is too many?",
    paper="multinomial",
    values={**CLASSES, **CROWDED},
    routers=("linear", "modified-tanh"),
    classes=3,
    losses=BLOCKS,
    full={"sizes": TO_THE_END, "replicates": 40},
)
add_preset(
    "multinomial-regime2",
    "Classes, Regime 2, one expert too many",
    "The last true expert does not see the input: gate and expert can stand in for each other. "
    f"{OVER}",
    "Which gate will be learnt faster?",
    asks="What if an expert does not see the input?",
    paper="multinomial",
    values={**CLASSES, **CROWDED},
    routers=("linear", "modified-sigmoid"),
    classes=2,
    flat=1,
    losses=BLOCKS,
    full={"sizes": TO_THE_END, "replicates": 40},
)
add_preset(
    "compete-exact",
    "Competition, exact-specified",
    "The experts' own outputs decide who speaks. Linear and feed-forward Gaussian experts with "
    "variances of their own, and the right number of them.",
    QUESTION,
    asks="Are experts that compete learnt at the usual rate?",
    paper="compete",
    routers=("competition",),
    experts=("linear", "ffn"),
    output="gaussian",
    box=10.0,
    sizes=MEDIUM,
    replicates=40,
    gauges=("pinned",),
    losses=("paper", "tv"),
    full={"replicates": 100},
    low=-3.0,
    high=3.0,
)
add_preset(
    "compete-over",
    "Competition, one expert too many",
    f"Competition with one expert more than the truth. {OVER}",
    "How steep will the loss be at the largest sample?",
    asks="What does one expert too many cost under competition?",
    paper="compete",
    values=CROWDED,
    routers=("competition",),
    experts=("linear", "ffn"),
    output="gaussian",
    box=10.0,
    losses=BLOCKS,
    full={"sizes": TO_THE_END, "replicates": 40},
    low=-3.0,
    high=3.0,
)
add_preset(
    "gaussian-exact",
    "Gaussian experts without competition, exact-specified",
    "The same Gaussian experts under a linear softmax router, for comparison with competition.",
    QUESTION,
    asks="How fast are Gaussian experts learnt without competition?",
    paper="compete",
    routers=("linear",),
    experts=("linear",),
    output="gaussian",
    box=10.0,
    sizes=CLASSROOM,
    replicates=40,
    gauges=("pinned",),
    losses=("paper", "tv"),
    full={"sizes": TO_THE_END, "replicates": 64},
)
add_preset(
    "gaussian-over",
    "Gaussian experts without competition, one too many",
    f"A linear softmax router over linear Gaussian experts, one of them too many. {OVER}",
    "How steep will the loss be at the largest sample?",
    asks="What does one expert too many cost without competition?",
    paper="compete",
    values=CROWDED,
    routers=("linear",),
    experts=("linear",),
    output="gaussian",
    box=10.0,
    losses=BLOCKS,
    full={"sizes": TO_THE_END, "replicates": 40},
)
add_preset(
    "lab",
    "A study of your own",
    "Choose models, regimes, estimators, sizes and starts yourself. The truth is picked by its "
    "reach: the candidate whose rate shows with the fewest data.",
    "How steep will each line be?",
    asks="How fast is your model learnt?",
    sizes=(300, 1000, 3000, 10000),
    replicates=20,
)
