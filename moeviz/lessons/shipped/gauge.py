"""What is a gauge? A change of parameters that no weight sees."""

from __future__ import annotations

from moeviz.charts.gates import COSINE, LINEAR, SHIFT, STARTS, Setup
from moeviz.lessons.blocks import Check, If, Lesson, Look, Next, Predict, Reveal, Step, Text, Way
from moeviz.lessons.facts import OfClaim, OfGates
from moeviz.lessons.questions import Between, Choice, Option

_UNSEEN = 0.0005
"""A movement that prints as 0.000."""

_TWO = ((COSINE, "softmax"), (LINEAR, "softmax"))
_START = STARTS[:3]
_FIRST = Setup(_TWO, vectors=_START)
_LONGER = Setup(_TWO, vectors=((3 * _START[0][0], 3 * _START[0][1]), *_START[1:]))
_MOVED = Setup(_TWO, vectors=tuple((x + SHIFT[0], y + SHIFT[1]) for x, y in _START))


def _stays(fact: str) -> Between:
    return Between(fact, 0.0, _UNSEEN)


def _moves(fact: str) -> Between:
    return Between(fact, 2 * _UNSEEN, 1.0)


GAUGE = Lesson(
    "gauge",
    "What is a gauge?",
    8,
    {"longer": OfGates(_LONGER), "moved": OfGates(_MOVED), "proof": OfClaim("C1.d2")},
    (
        Step(
            "Look",
            (
                Look(_FIRST, still=True),
                Text(
                    "The same {longer.experts} arrows, two routers. A colour says which expert "
                    "answers for an input, and how surely."
                ),
            ),
        ),
        Step(
            "Predict",
            (
                Look(_FIRST, still=True),
                Predict(
                    Choice(
                        "β₁ becomes {longer.times:0} times as long. Whose colours change?",
                        (
                            Option(
                                "both", "both routers’",
                                (_moves("longer.left"), _moves("longer.right")),
                            ),
                            Option(
                                "left", "only the cosine router’s",
                                (_moves("longer.left"), _stays("longer.right")),
                            ),
                            Option(
                                "right", "only the linear router’s",
                                (_stays("longer.left"), _moves("longer.right")),
                            ),
                            Option(
                                "none", "neither’s",
                                (_stays("longer.left"), _stays("longer.right")),
                            ),
                        ),
                    )
                ),
            ),
        ),
        Step(
            "What came out",
            (
                Look(_LONGER),
                Reveal(
                    right="As you said. Drag β₁ yourself: along its line only one side answers.",
                    close="",
                    wrong="You said {guess}. Drag β₁ yourself, longer and shorter, and watch both "
                    "sides.",
                    rows={
                        "Measured": "cosine {longer.left:3}, linear {longer.right:3}: the most "
                        "that any weight moved",
                        "Theory": "{proof.statement}: {proof.says}, decided on {proof.date}",
                        "Paper": "{proof.reference} of the cosine paper states it",
                    },
                ),
                If(
                    (_stays("longer.left"),),
                    "A change of parameters that no weight sees is a **gauge**. Here it is the "
                    "length of β under the cosine router: no amount of data can teach it.",
                    "Here the cosine router’s weights moved by {longer.left:3}, so that its "
                    "length is no gauge: this is not what the lesson expects.",
                ),
            ),
        ),
        Step(
            "Check",
            (
                Check(
                    Choice(
                        "Now all arrows move by one and the same v. Whose colours stay?",
                        (
                            Option(
                                "both", "both routers’",
                                (_stays("moved.left"), _stays("moved.right")),
                            ),
                            Option(
                                "left", "only the cosine router’s",
                                (_stays("moved.left"), _moves("moved.right")),
                            ),
                            Option(
                                "right", "only the linear router’s",
                                (_moves("moved.left"), _stays("moved.right")),
                            ),
                            Option(
                                "none", "neither’s",
                                (_moves("moved.left"), _moves("moved.right")),
                            ),
                        ),
                    ),
                    right="Yes: cosine moved by {moved.left:3}, linear by {moved.right:3}. Each "
                    "router has a gauge of its own.",
                    wrong="Not so: cosine moved by {moved.left:3}, linear by {moved.right:3}. Each "
                    "router has a gauge of its own.",
                    shows=Look(_MOVED),
                ),
            ),
        ),
        Step(
            "What next",
            (
                Text("A gauge costs nothing in the function. What does it cost in a fit?"),
                Next(
                    (
                        Way(
                            "Lesson 2: Why does the cosine router look slow?",
                            "lessons", {"lesson": "slow"},
                        ),
                        Way("Gates: try every other router", "gates"),
                        Way("The proof, line by line", "checker"),
                    )
                ),
            ),
        ),
    ),
)  # fmt: skip
