"""Why does the cosine router look slow? Because of a length that no data can show."""

from __future__ import annotations

from moeviz.charts.gates import COSINE
from moeviz.lessons.blocks import Check, If, Lesson, Next, Predict, Reveal, Run, Step, Text, Way
from moeviz.lessons.facts import CurveKey, OfCurve
from moeviz.lessons.questions import Between, Choice, Number, Option

_STUDY = "cosine-exact"
_ALL = CurveKey(COSINE, "L3", "offset")
_DIRECTION = CurveKey(COSINE, "angular", "pinned")
_LENGTH = CurveKey(COSINE, "radial", "offset")
_PINNED = CurveKey(COSINE, "L3", "pinned")

_LIKE_DIRECTION = (Between("fixed.slope", "angle.low", "angle.high"),)
_LIKE_ALL = (Between("fixed.slope", "all.low", "all.high"),)

SLOW = Lesson(
    "slow",
    "Why does the cosine router look slow?",
    10,
    {
        "all": OfCurve(_STUDY, _ALL),
        "angle": OfCurve(_STUDY, _DIRECTION),
        "length": OfCurve(_STUDY, _LENGTH),
        "fixed": OfCurve(_STUDY, _PINNED),
        "printed": OfCurve("cosine-fig1a", _ALL),
    },
    (
        Step(
            "Look",
            (
                Run(_STUDY, (_ALL,)),
                Text(
                    "{all.more:0} times as much data, and the error of all parameters is only "
                    "{all.times:1} times smaller: slope {all.slope}. The paper prints "
                    "{printed.paper}, of its own training."
                ),
            ),
        ),
        Step(
            "Predict",
            (
                Run(_STUDY, (_ALL,)),
                Predict(
                    Number(
                        "Same fits, but only the error in the **direction** of each β. Its slope? "
                        "0 is flat, −0.5 like 1/√n.",
                        "angle.slope",
                        low=-1.0,
                        high=0.5,
                        step=0.05,
                        start=0.0,
                        close=0.15,
                        curve=1,
                        interval=("angle.low", "angle.high"),
                    )
                ),
            ),
        ),
        Step(
            "What came out",
            (
                Run(_STUDY, (_ALL, _DIRECTION, _LENGTH)),
                Reveal(
                    right="Your {guess} lies inside the measured interval.",
                    close="Your {guess} is near: the direction has {angle.slope}.",
                    wrong="You said {guess}; the direction has {angle.slope}.",
                    rows={
                        "Measured": "{angle.slope} ({angle.low} to {angle.high}) for the "
                        "direction, {length.slope} for the length",
                        "Theory": "{angle.theory} for the direction, {length.theory} for the "
                        "length",
                        "Paper": "{printed.paper} for all parameters together ({printed.source})",
                    },
                ),
                If(
                    (
                        Between("angle.theory", "angle.low", "angle.high"),
                        Between("length.theory", "length.low", "length.high"),
                    ),
                    "The router learns directions at the full rate. Of lengths the data say "
                    "nothing, and one number for both looks slow.",
                    "In this result the two slopes are not both what theory says, so that it does "
                    "not show what the lesson expects: see the intervals.",
                ),
            ),
        ),
        Step(
            "Check",
            (
                Check(
                    Choice(
                        "Give every fitted β the true length, and take out the common shift. How "
                        "does the error of all parameters fall then?",
                        (
                            Option("direction", "like that of the direction", _LIKE_DIRECTION),
                            Option("before", "as slowly as before", _LIKE_ALL),
                            Option("flat", "not at all", (Between("fixed.slope", -0.04, 1.0),)),
                        ),
                    ),
                    right="Yes: slope {fixed.slope} ({fixed.low} to {fixed.high}), where theory "
                    "says {fixed.theory}.",
                    wrong="The same fits, read so, have slope {fixed.slope} ({fixed.low} to "
                    "{fixed.high}); theory says {fixed.theory}.",
                    shows=Run(_STUDY, (_ALL, _DIRECTION, _PINNED)),
                ),
            ),
        ),
        Step(
            "What next",
            (
                Text(
                    "The result that you saw is kept, of {all.date}: {all.fits} fits at each of "
                    "{all.sizes} sizes. Run your own with another seed."
                ),
                Next(
                    (
                        Way("Run it yourself", "convergence", {"preset": _STUDY}),
                        Way(
                            "Lesson 3: When is a fit close?", "lessons", {"lesson": "close"},
                        ),
                        Way("Two different answers, one function", "sequences"),
                    )
                ),
            ),
        ),
    ),
)  # fmt: skip
