r"""A mixture that is known, drawn from a seed, as what a sparse layer is to learn.

It answers inputs :math:`x \in \mathbb{R}^d` with d numbers: one gate, and an expert's parameters
for each of them. Score, gate and expert are parts of :mod:`moeviz.model`. Offsets are 0, as a
sparse layer's router has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from moeviz.fields import Field, Values
from moeviz.model.constants import TextConstant
from moeviz.model.experts import EXPERTS, Expert
from moeviz.model.gates import GATES, TopSoftmaxGate
from moeviz.model.measure import EXPERT, GATE, MixingMeasure
from moeviz.model.mixture import Mixture, make_mixture
from moeviz.model.scores import SCORES, LinearScore, Score
from moeviz.train.streams import stream

if TYPE_CHECKING:
    from torch import Tensor

TASK = "regression"
"""The task that has a teacher."""

GROUP = "Teacher"


def _asked(values: Values) -> bool:
    return bool(values["task"] == TASK)


def _plain(part: type[Score] | type[Expert]) -> bool:
    """Return whether a part needs no text of somebody's own."""
    return not any(isinstance(constant, TextConstant) for constant in part.constants)


def _choice(name: str, label: str, default: str, choices: tuple[str, ...], help_: str) -> Field:
    return Field(
        name, label, "", "choice", default, choices=choices, help=help_, group=GROUP, applies=_asked
    )


def _number(
    name: str, label: str, symbol: str, default: float, low: float, high: float, help_: str
) -> Field:
    kind = "int" if isinstance(default, int) else "float"
    return Field(
        name, label, symbol, kind, default, low, high, help=help_, group=GROUP, applies=_asked
    )


TEACHER_FIELDS = (
    _number("inputs", "Numbers of an input", "d", 2, 2, 64, "2: the picture is the whole plane."),
    _number("true_experts", "Experts in truth", "N^*", 4, 2, 64, ""),
    _number("true_top", "Experts of an input in truth", "K^*", 1, 1, 16,
            "Kept by a gate that drops experts; of another, those that count most."),
    _choice("true_score", "Score in truth", LinearScore.name,
            tuple(n for n, s in SCORES.items() if _plain(s) and not s.reads_expert), ""),
    _choice("true_gate", "Gate in truth", TopSoftmaxGate.name, tuple(GATES), ""),
    _choice("true_expert", "Experts' function in truth", "linear",
            tuple(n for n, e in EXPERTS.items() if _plain(e)), ""),
    _number("noise", "Noise of answers", r"\sigma", 0.1, 0.0, 10.0,
            "Its square is what no network can stay below."),
)  # fmt: skip
"""Fields of a training run for this task alone."""


@dataclass(frozen=True, eq=False)
class Teacher:
    """A mixture that is known.

    Attributes
    ----------
    mixture : Mixture
    theta : Tensor, shape (d, P)
        Its parameters for each number of an answer; the gate's are the same for all.
    inputs, experts, top : int
        d; how many experts there are; how many count as an input's.
    noise : float
        Standard deviation of what is added to answers.
    """

    mixture: Mixture
    theta: Tensor
    inputs: int
    experts: int
    top: int
    noise: float

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Teacher:
        """Draw the teacher of a training run from its first seed; all its runs have the same.

        Vectors of the gate have about length 1 an input's number, whatever d is, and so have
        experts' parameters; entries are normal.
        """
        inputs, experts = fields["inputs"], fields["true_experts"]
        top = min(fields["true_top"], experts)
        mixture = make_mixture(
            fields["true_score"], fields["true_gate"], fields["true_expert"], top=top
        )
        layout = mixture.layout(experts, inputs)
        draw = stream(fields["seed"], "teacher")

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=draw, dtype=torch.float64)

        gate = normal(experts, layout.gate_width) * (2 / inputs) ** 0.5
        own = normal(inputs, experts, layout.expert_width) * (3 / (inputs + 1)) ** 0.5
        measure = MixingMeasure(
            gate.new_zeros(inputs, experts),
            {GATE: gate.expand(inputs, -1, -1), EXPERT: own},
            logistic=layout.logistic,
        )
        return cls(mixture, layout.pack(measure), inputs, experts, top, fields["noise"])

    @property
    def vectors(self) -> Tensor:
        """The experts' vectors in the gate, shape (N*, G)."""
        return self.mixture.layout(self.experts, self.inputs).unpack(self.theta[0]).gate

    def answers(self, x: Tensor) -> Tensor:
        """Return what it answers to inputs `x`, shape (T, d), without noise: shape (T, d)."""
        features = self.mixture.features(x.double().T)
        return self.mixture.predict(self.theta, features).T

    def chosen(self, x: Tensor) -> Tensor:
        """Return the experts that count most for inputs `x`, shape (T, d): shape (K*, T)."""
        features = self.mixture.features(x.double().T)
        scores = self.mixture.values(self.theta[0], features).scores
        return scores.topk(self.top, dim=-2).indices

    def drawn(self, count: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return standard normal inputs and noisy answers, both of shape (T, d)."""
        x = torch.randn(count, self.inputs, generator=draw)
        noise = torch.randn(count, self.inputs, generator=draw)
        return x, self.answers(x).float() + self.noise * noise
