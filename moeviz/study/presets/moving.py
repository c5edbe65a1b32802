"""Presets whose truth moves with n: what a minimax bound speaks of, as a picture."""

from __future__ import annotations

from moeviz.fields import Value
from moeviz.study.presets.laboratory import CLASSROOM, QUESTION, TO_THE_END
from moeviz.study.presets.preset import add_preset

FARTHER = (*TO_THE_END, 316228)

GAUSSIAN: dict[str, Value] = {
    "routers": ("linear",),
    "experts": ("linear",),
    "output": "gaussian",
    "dimension": 1,
    "atoms": 3,
    "moving": "gaussian",
    "losses": ("transport", "hellinger"),
    "gauges": ("pinned",),
    "starts": 6,
    "max_steps": 400,
    "box": 10.0,
    "sizes": CLASSROOM,
    "replicates": 20,
}
GAUSSIAN_FULL: dict[str, Value] = {"sizes": FARTHER, "replicates": 24}

add_preset(
    "cosine-moving",
    "Cosine routers, a truth that moves",
    "One gate of the truth is longer than in the limit, by a share that falls like n to the power "
    "of -1/8: a sequence of truths as in the cosine paper's Theorem 5. The cosine router does not "
    "see lengths, the perturbed cosine router does. All fits start at the limit, up to a "
    "thousandth, and the thin line is how far the truths are from it.",
    "Which router can follow a truth that moves?",
    asks="Which router follows a truth that moves?",
    paper="cosine",
    moving="ray",
    moving_scale=3.0,
    start_scale=0.001,
    losses=("paper", "l2"),
    sizes=CLASSROOM,
    replicates=20,
    full={"sizes": TO_THE_END, "replicates": 64},
)
add_preset(
    "cosine-moving-over",
    "Cosine routers, one expert in two halves that close in",
    "The truth's first expert stands twice, once with a shorter and once with a longer gate; the "
    "two lengths close in like n to the power of -1/8: a sequence of truths as in the cosine "
    "paper's Theorem 2, and as many experts are fitted. The cosine router does not see lengths, "
    "the perturbed cosine router does, by the square of their difference. All fits start at the "
    "limit, up to a thousandth, and the thin line is how far the truths are from it.",
    "Which router can tell the two halves apart?",
    asks="Which router tells two halves of one expert apart?",
    paper="cosine",
    moving="split-ray",
    moving_scale=1.5,
    atoms=3,
    start_scale=0.001,
    losses=("transport", "l2"),
    gauges=("offset",),
    sizes=CLASSROOM,
    replicates=20,
    full={"replicates": 32},
)
add_preset(
    "gaussian-moving",
    "Two experts that close in with n",
    "Two of three linear Gaussian experts come closer with n, along the checker's second-order "
    "sequence: their parameters like n to the power of -1/8, their density like -1/2, so that a "
    "larger sample tells them from a single expert no better than a small one. The thin line is "
    "how far they are from being one.",
    "How steep will the atoms' error be while two of them close in?",
    asks="How fast are two experts learnt that close in?",
    paper="compete",
    full=GAUSSIAN_FULL,
    values={**GAUSSIAN, "moving_scale": 1.5},
)
add_preset(
    "gaussian-apart",
    "The same two experts, held still",
    "The truth with which the moving ones begin, the same for every n: three experts, two of them "
    "close to each other. Of one truth theory names a power of n.",
    QUESTION,
    asks="And if the two experts stay where they are?",
    paper="compete",
    full=GAUSSIAN_FULL,
    values={
        **GAUSSIAN,
        "moving_scale": round(1.5 * CLASSROOM[0] ** -0.125, 4),
        "moving_power": 0.0,
    },
)
