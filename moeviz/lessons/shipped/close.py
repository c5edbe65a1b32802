"""When is a fit close? What a loss does with two fitted atoms where there is one true one."""

from __future__ import annotations

from moeviz.charts.closeness import Setup
from moeviz.charts.closeness_atoms import KINDS, SHIFT, Atom, placed, split_fit
from moeviz.charts.gates import LINEAR
from moeviz.lessons.blocks import Check, If, Lesson, Look, Next, Predict, Reveal, Step, Text, Way
from moeviz.lessons.facts import CurveKey, OfCurve, OfLoss
from moeviz.lessons.questions import Between, Choice, Number, Option

_KIND = KINDS["softmax"]
_LOSS = "L2"


def _apart(by: float) -> tuple[Atom, ...]:
    """Return the truth with its first atom split, both halves moved by some distance."""
    fit = list(split_fit(_KIND))
    one = _KIND.truth[0]
    across, up = _KIND.plane
    for place, shift in enumerate((-by, by)):
        fit[place] = placed(fit, place, _KIND.plane, (one[across] + shift, one[up]))
    return tuple(fit)


_NEAR, _FAR = _apart(SHIFT), _apart(2 * SHIFT)


def _shown(fit: tuple[Atom, ...]) -> Setup:
    return Setup(_KIND.name, fit, (_LOSS, "L3", "mass"))


CLOSE = Lesson(
    "close",
    "When is a fit close?",
    10,
    {
        "apart": OfLoss(_KIND.name, _LOSS, _NEAR, _FAR),
        "split": OfLoss(_KIND.name, _LOSS, split_fit(_KIND), _NEAR),
        "fit": OfCurve(
            "cosine-over-experts", CurveKey(LINEAR, "L2", "pinned", "relu")
        ),
    },
    (
        Step(
            "Look",
            (
                Look(_shown(_NEAR), still=True),
                Text(
                    "Rings: the truth. Two fitted experts share true 1, one on each side. The "
                    "loss {apart.name} is {apart.first:3}; with both on the ring it is "
                    "{split.first:3}."
                ),
            ),
        ),
        Step(
            "Predict",
            (
                Look(_shown(_NEAR), still=True),
                Predict(
                    Number(
                        "Both fits move twice as far from true 1. How many times as large is the "
                        "loss then?",
                        "apart.ratio",
                        low=1.0,
                        high=10.0,
                        step=0.5,
                        start=1.0,
                        close=1.0,
                    )
                ),
            ),
        ),
        Step(
            "What came out",
            (
                Look(_shown(_FAR)),
                Reveal(
                    right="You said {guess} times, and so it is.",
                    close="You said {guess} times: near; it is {apart.ratio:1}.",
                    wrong="You said {guess} times; it is {apart.ratio:1}.",
                    rows={
                        "Measured": "{apart.first:3} before, {apart.second:3} now: "
                        "{apart.ratio:1} times",
                        "Theory": "distances in a crowded cell to the power {apart.power:0}: twice "
                        "as far is {apart.expected:1} times",
                        "Paper": "{apart.name} as defined in {apart.source}",
                    },
                ),
                If(
                    (
                        Between("apart.ratio", "apart.expected", "apart.expected"),
                        Between("apart.power", 1.5, 9.0),
                    ),
                    "Two that share one true expert stand in for it: their errors cancel to first "
                    "order, and the loss counts what is left. Alone, an expert’s error counts at "
                    "full size.",
                    "This loss does not count a crowd’s distances as the lesson expects: the "
                    "ratio is {apart.ratio:1}, and the power {apart.power:1}.",
                ),
            ),
        ),
        Step(
            "Check",
            (
                Check(
                    Choice(
                        "In a kept study with one expert too many this loss falls like n to the "
                        "power {fit.slope}. What does that promise of the distance within a pair?",
                        (
                            Option(
                                "same", "the same power of n",
                                (Between("apart.share", 0.9, 1.1),),
                            ),
                            Option(
                                "half", "half that power",
                                (Between("apart.share", 0.45, 0.55),),
                            ),
                            Option(
                                "double", "twice that power",
                                (Between("apart.share", 1.8, 2.2),),
                            ),
                        ),
                    ),
                    right="Yes: distance to the power {apart.power:0} is what falls like n to the "
                    "power {fit.slope} ({fit.low} to {fit.high}; theory {fit.theory}). The pair "
                    "itself comes together with {apart.share:1} times that exponent, which is why "
                    "one expert too many makes learning slow.",
                    wrong="The loss holds the distance to the power {apart.power:0}, so that the "
                    "pair comes together with {apart.share:1} times the exponent {fit.slope} "
                    "({fit.low} to {fit.high}; theory {fit.theory}).",
                    shows=Look(_shown(split_fit(_KIND))),
                ),
            ),
        ),
        Step(
            "What next",
            (
                Text("Every loss of the four papers can be taken apart by hand."),
                Next(
                    (
                        Way("Cells: drag fits, compare losses", "cells"),
                        Way("Rates: who claims which power", "rates"),
                        Way("How much data until the rate shows?", "information"),
                    )
                ),
            ),
        ),
    ),
)  # fmt: skip
