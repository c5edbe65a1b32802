"""Twelve questions to start a check of one's own from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.symbolic.request.selection import asked, validated


@dataclass(frozen=True)
class Question:
    """A question that the checker answers at once.

    Attributes
    ----------
    title : str
        In plain words, with its question mark; a check that holds says yes.
    try_next : str
        What to change then, in a sentence.
    selection : mapping
        Fields of a composed check that differ from their defaults.
    """

    title: str
    try_next: str
    selection: Mapping[str, Any]

    @property
    def request(self) -> dict[str, Any]:
        """The request, as :func:`moeviz.symbolic.request.answer.run_check` takes it."""
        return {"compose": asked(validated(self.selection))}


_ALONG = {"dimension": 2, "test": "relation", "relation": "p1 : p1\np2 : p2"}
_CONE = {"dimension": 2, "test": "cone"}

_GALLERY = (
    Question(
        "Is the cosine router blind to how long β₁ is?",
        "Leave one of the two lines out.",
        {"router": "cosine", **_ALONG},
    ),
    Question(
        "Is the perturbed cosine router blind to how long β₁ is?",
        "Make τ₁ a thousandth: it is not zero yet.",
        {"router": "perturbed-cosine", **_ALONG},
    ),
    Question(
        "Is it enough to pin the cosine router's last offset?",
        "Read off the relation which direction is left.",
        {"router": "cosine", "dimension": 2, "test": "pinned"},
    ),
    Question(
        "Can the cosine router's atoms be told apart once its whole gauge is fixed?",
        "Let all atoms share their expert.",
        {"router": "cosine", "dimension": 2, "test": "first-order"},
    ),
    Question(
        "Does the perturbed cosine router keep tanh experts from crowding unseen?",
        "Let the first expert have slope zero.",
        {"router": "perturbed-cosine", "expert": "tanh", **_CONE},
    ),
    Question(
        "Does the perturbed cosine router keep ReLU experts from crowding unseen?",
        "Take GELU, which has no kink.",
        {"router": "perturbed-cosine", "expert": "relu", **_CONE},
    ),
    Question(
        "By which factor are gate and intercept tied to the slope of a linear expert?",
        "Take a sigmoid gate, and look for the factor again.",
        {"expert": "linear", "test": "relation", "relation": "1 : p1 p4\n? : p3"},
    ),
    Question(
        "Is one linear expert free of relations up to order 2?",
        "Take tanh, and count what is left.",
        {"expert": "linear", "test": "discover", "order": 2},
    ),
    Question(
        "Are linear Gaussian experts kept from crowding unseen?",
        "Take a sigmoid expert.",
        {"expert": "linear", "output": "gaussian", "test": "cone"},
    ),
    Question(
        "Does competition keep linear Gaussian experts from crowding unseen?",
        "Let the first expert have slope zero.",
        {"router": "competition", "expert": "linear", "output": "gaussian", "test": "cone"},
    ),
    Question(
        "Can sigmoid gating afford a gate of zeros?",
        "Go back to generic parameters.",
        {
            **{"router": "quadratic", "gate": "sigmoid", "expert": "gelu"},
            **{"test": "cone", "point": "zero-gate"},
        },
    ),
    Question(
        "Is a sine as good an expert as tanh?",
        "Type an expert of your own.",
        {"expert": "custom", "expert_formula": "s1*sin(t)", "test": "cone"},
    ),
)


def gallery() -> list[Question]:
    """Return the questions, in an order in which one leads to the next."""
    return list(_GALLERY)
