"""Presets for the table of rates: cells that no other preset measures, at a size of one hour."""

from __future__ import annotations

from moeviz.fields import Value
from moeviz.study.presets.laboratory import CLASSES, CROWDED, LARGE, OVER, QUESTION, TO_THE_END
from moeviz.study.presets.preset import add_preset

LONG: dict[str, Value] = {"sizes": TO_THE_END, "replicates": 40}
"""The full size of most: as many data sets as the laboratory's own over-specified studies."""

add_preset(
    "cosine-over-experts",
    "Routers and experts, one too many",
    "The linear, the cosine and the perturbed cosine router over linear, polynomial and ReLU "
    f"experts, each with one expert more than the truth. {OVER}",
    QUESTION,
    asks="Which expert is learnt slowly, and under which router?",
    paper="cosine",
    values=CROWDED,
    routers=("linear", "cosine", "perturbed-cosine"),
    experts=("linear", "polynomial", "relu"),
    replicates=10,
    full=LONG,
)
add_preset(
    "softmax-sparse",
    "Softmax gate, sparse regime, one expert too many",
    "The mirror of the sigmoid gate's sparse study: quadratic scores under a softmax gate, the "
    f"last true gate is zero. {OVER}",
    "Which expert will be learnt faster?",
    asks="Does a softmax gate hide one expert too many?",
    paper="sigmoid",
    values=CROWDED,
    routers=("quadratic",),
    gates=("softmax",),
    experts=("polynomial", "gelu"),
    sparse=1,
    full=LONG,
    low=-2.0,
    high=2.0,
)
add_preset(
    "dense-over",
    "Sigmoid and softmax gates, dense regime, one expert too many",
    "Quadratic scores under a sigmoid and under a softmax gate, every true gate sees the input, "
    f"and one expert more is fitted than there are. {OVER}",
    QUESTION,
    asks="Does a dense sigmoid gate forgive one expert too many?",
    paper="sigmoid",
    values=CROWDED,
    routers=("quadratic",),
    gates=("softmax", "sigmoid"),
    experts=("polynomial", "gelu"),
    replicates=10,
    full=LONG,
    low=-2.0,
    high=2.0,
)
add_preset(
    "partial-sparse",
    "Partially quadratic score, sparse regime, one expert too many",
    "A sigmoid gate whose score has the square of the input but no linear part, over polynomial "
    f"experts; the last true gate is zero. {OVER}",
    QUESTION,
    asks="Does a score without a linear part free the polynomial expert?",
    paper="sigmoid",
    values=CROWDED,
    routers=("partial-quadratic",),
    gates=("sigmoid",),
    experts=("polynomial",),
    sparse=1,
    full=LONG,
    low=-2.0,
    high=2.0,
)
add_preset(
    "multinomial-density",
    "Classes, Regime 1, the density",
    "The fits of one expert too many under the standard gate, read by how far their conditional "
    "densities lie from the true ones (Hellinger).",
    QUESTION,
    asks="Are the classes' probabilities learnt faster than the parameters?",
    paper="multinomial",
    values={**CLASSES, **CROWDED},
    routers=("linear",),
    classes=3,
    losses=("hellinger",),
    full=LONG,
)
add_preset(
    "multinomial-regime2-density",
    "Classes, Regime 2, the density",
    "The fits of one expert too many where the last true expert does not see the input, read by "
    "how far their conditional densities lie from the true ones (Hellinger).",
    QUESTION,
    asks="Are probabilities learnt fast where parameters are not?",
    paper="multinomial",
    values={**CLASSES, **CROWDED},
    routers=("linear", "modified-sigmoid"),
    classes=2,
    flat=1,
    losses=("hellinger",),
    full=LONG,
)
add_preset(
    "multinomial-exact-regime2",
    "Classes, Regime 2, exact-specified",
    "The standard and the modified gate with the right number of experts, the last of which does "
    "not see the input.",
    QUESTION,
    asks="Is the flat expert slow even where no expert is too many?",
    paper="multinomial",
    values=CLASSES,
    routers=("linear", "modified-sigmoid"),
    classes=3,
    flat=1,
    sizes=LARGE,
    replicates=40,
    gauges=("pinned",),
    losses=("paper", "hellinger"),
    full={"replicates": 100},
)
add_preset(
    "cosine-function",
    "Cosine and perturbed cosine router, the function",
    "Fits of one ReLU expert too many, read by how far their functions lie from the true one: "
    "whatever the parameters do, is what they say together learnt fast?",
    QUESTION,
    asks="Is the function learnt fast where the parameters are not?",
    paper="cosine",
    values=CROWDED,
    routers=("cosine", "perturbed-cosine"),
    experts=("relu",),
    replicates=10,
    losses=("l2",),
    full=LONG,
)
add_preset(
    "sigmoid-function",
    "Sigmoid gate, sparse regime, the function",
    "Fits of one expert too many under a quadratic and a partially quadratic score; the last true "
    "gate is zero. They are read by how far their functions lie from the true one.",
    QUESTION,
    asks="Does a polynomial expert spoil the function, too?",
    paper="sigmoid",
    values=CROWDED,
    routers=("quadratic", "partial-quadratic"),
    gates=("sigmoid",),
    experts=("polynomial",),
    sparse=1,
    losses=("l2",),
    full=LONG,
    low=-2.0,
    high=2.0,
)
add_preset(
    "compete-density",
    "Competition, the density",
    "Fits of one linear expert too many under competition and without it, read by how far their "
    "conditional densities lie from the true ones (total variation).",
    QUESTION,
    asks="Is the density learnt fast with and without competition?",
    paper="compete",
    values=CROWDED,
    routers=("competition", "linear"),
    experts=("linear",),
    output="gaussian",
    box=10.0,
    losses=("tv",),
    full=LONG,
    low=-3.0,
    high=3.0,
)
add_preset(
    "multinomial-modified",
    "Classes, Regime 2, every modified gate",
    "The last true expert does not see the input, and one expert more is fitted than there are. "
    "Seven gates read the input through a function M: which of them escape the slow rate of the "
    f"standard gate? {OVER}",
    QUESTION,
    asks="Which modified gates escape the slow rate?",
    paper="multinomial",
    values={**CLASSES, **CROWDED},
    routers=(
        "linear", "modified-sigmoid", "modified-tanh", "modified-cos", "modified-sin",
        "modified-power", "modified-log", "modified-unit",
    ),
    classes=2,
    flat=1,
    replicates=10,
    losses=("paper", "hellinger"),
    full=LONG,
)  # fmt: skip
