"""The papers' tables of rates as one table of studies.

A cell names the study, and the curve of it, that a claim is about. What is claimed is asked of
:func:`moeviz.theory.rates.claimed_rate`, as for every curve, so that the table and the study that a
cell opens cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from moeviz.errors import SpecificationError
from moeviz.study.curves import PlannedCurve
from moeviz.study.fields import PAPER
from moeviz.study.plan import plan
from moeviz.study.presets import PRESETS
from moeviz.study.readings import DEFAULT_GAUGE
from moeviz.study.specification import Specification
from moeviz.theory.claim import RateClaim

COMPARED: Mapping[str, str] = {"routers": "router", "gates": "gate", "experts": "expert"}
"""Fields that list what a study compares, and what of a curve tells which one it is of."""


@dataclass(frozen=True)
class RateCell:
    """One claimed rate, by the study that measures it.

    Attributes
    ----------
    expert_words : str
        The column: which expert.
    preset : str
        The preset that measures it.
    settings : mapping of str to str
        Fields, as text, in which the study differs from the preset.
    gauge : str
        In which gauge the study's curve is read; the paper's own where the claim lives there.
    """

    expert_words: str
    preset: str
    settings: Mapping[str, str] = field(default_factory=dict)
    gauge: str = DEFAULT_GAUGE

    @cached_property
    def specification(self) -> Specification:
        """The study in the size that runs in front of a class."""
        preset = PRESETS[self.preset]
        return preset.build(preset.parse(self.settings))

    @cached_property
    def curve(self) -> PlannedCurve:
        """The curve of :attr:`specification` that the claim is about.

        Raises
        ------
        SpecificationError
            If the study has no such curve.
        """
        for curve in plan(self.specification).curves:
            if self.speaks_of(curve):
                return curve
        raise SpecificationError(
            f"Expected a curve of '{self.preset}' that the claim for {self.expert_words} is about, "
            "but the study has none; change the cell's settings or its gauge."
        )

    @property
    def claim(self) -> RateClaim:
        """What is claimed of :attr:`curve`."""
        return self.curve.claim

    def speaks_of(self, curve: PlannedCurve) -> bool:
        """Return whether the claim is about a curve of a study that covers this one.

        Parameters
        ----------
        curve : PlannedCurve
            Of a result, or of a plan.
        """
        wanted = {COMPARED[key]: text for key, text in self.settings.items() if key in COMPARED}
        loss = self.settings.get("losses", PAPER)
        return (
            curve.trained
            and all(getattr(curve, key) == name for key, name in wanted.items())
            and loss in (PAPER, curve.reading.loss)
            and curve.reading.gauge == self.gauge
        )


@dataclass(frozen=True)
class RateRow:
    """The claims for one gate in one regime.

    Attributes
    ----------
    paper, gate_words, regime_words : str
    cells : tuple of RateCell
    """

    paper: str
    gate_words: str
    regime_words: str
    cells: tuple[RateCell, ...]


def _cosine_row(words: str, router: str) -> RateRow:
    experts = (("linear", "linear"), ("polynomial", "polynomial, degree 2"), ("relu", "ReLU"))
    cells = (
        RateCell(title, "cosine-over", {"routers": router, "experts": name})
        for name, title in experts
    )
    return RateRow("cosine", words, "over-specified", tuple(cells))


def _sigmoid_row(gate: str, regime: str) -> RateRow:
    changed = {"gates": gate.split()[0], "sparse": "1" if regime == "sparse" else "0"}
    experts = (("gelu", "ReLU, GELU"), ("polynomial", "polynomial"))
    cells = (
        RateCell(title, "sigmoid-sparse", {**changed, "experts": name}) for name, title in experts
    )
    return RateRow("sigmoid", f"{gate}, quadratic score", f"over-specified, {regime}", tuple(cells))


def _multinomial_rows(words: str, router: str, regime: str) -> tuple[RateRow, ...]:
    flat = "1" if regime == "Regime 2" else "0"
    over = "multinomial-regime2" if regime == "Regime 2" else "multinomial-over"
    studies: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("exact-specified", "multinomial-exact", {"flat": flat}),
        ("over-specified", over, {}),
        ("density", over, {"losses": "hellinger"}),
    )
    return tuple(
        RateRow(
            "multinomial",
            words,
            f"{regime}, {what}",
            (RateCell("multinomial logistic", preset, {"routers": router, **more}),),
        )
        for what, preset, more in studies
    )


def _compete_row(regime: str, preset: str) -> RateRow:
    cells = (RateCell(words, preset, {"experts": words.lower()}) for words in ("linear", "FFN"))
    return RateRow("compete", "competition", regime, tuple(cells))


RATE_ROWS: tuple[RateRow, ...] = (
    _cosine_row("linear router", "linear"),
    _cosine_row("cosine router", "cosine"),
    _cosine_row("perturbed cosine router", "perturbed-cosine"),
    RateRow(
        "cosine",
        "perturbed cosine router",
        "exact-specified",
        tuple(
            RateCell(
                words,
                "cosine-exact-experts",
                {"routers": "perturbed-cosine", "experts": words.lower()},
            )
            for words in ("ReLU", "tanh")
        ),
    ),
    RateRow(
        "cosine",
        "cosine router",
        "exact-specified",
        (RateCell("ReLU", "cosine-exact", gauge="offset"),),
    ),
    _sigmoid_row("sigmoid gate", "sparse"),
    _sigmoid_row("sigmoid gate", "dense"),
    _sigmoid_row("softmax gate", "sparse"),
    _sigmoid_row("softmax gate", "dense"),
    RateRow(
        "sigmoid",
        "sigmoid gate, partially quadratic score",
        "over-specified, sparse",
        (
            RateCell(
                "polynomial",
                "sigmoid-sparse",
                {"routers": "partial-quadratic", "experts": "polynomial"},
            ),
        ),
    ),
    *_multinomial_rows("standard softmax gate", "linear", "Regime 1"),
    *_multinomial_rows("standard softmax gate", "linear", "Regime 2"),
    *_multinomial_rows("modified gate, M = sigmoid", "modified-sigmoid", "Regime 2"),
    _compete_row("exact-specified", "compete-exact"),
    _compete_row("over-specified", "compete-over"),
    RateRow(
        "compete",
        "linear softmax gate, without competition",
        "over-specified",
        (RateCell("linear", "gaussian-over"),),
    ),
)
"""The table, in the papers' order."""
