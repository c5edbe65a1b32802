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

COLUMNS: Mapping[str, str] = {
    "linear": "linear",
    "polynomial": "polynomial",
    "relu": "ReLU · GELU",
    "smooth": "tanh · FFN",
    "classes": "classes",
}
"""Families of experts, by the names that links use, with what heads their column."""

SETTINGS: Mapping[str, str] = {
    "exact": "exact-specified",
    "over": "over-specified",
    "density": "density",
}
"""What a row's claims are about: as many experts as are true, more, or the function itself."""

_COLUMN: Mapping[str, str] = {
    "linear": "linear",
    "polynomial": "polynomial",
    "polynomial, degree 2": "polynomial",
    "ReLU": "relu",
    "ReLU, GELU": "relu",
    "tanh": "smooth",
    "FFN": "smooth",
    "multinomial logistic": "classes",
}


@dataclass(frozen=True)
class RateCell:
    """One claimed rate, by the study that measures it.

    Attributes
    ----------
    expert_words : str
        Which expert.
    preset : str
        The preset that measures it.
    settings : mapping of str to str
        Fields, as text, in which the study differs from the preset.
    gauge : str
        In which gauge the study's curve is read; the paper's own where the claim lives there.
    decided_by : tuple of str
        Claims of the checker's catalogue that decide what the rate rests on; none where the paper
        takes the rate from another one.
    """

    expert_words: str
    preset: str
    settings: Mapping[str, str] = field(default_factory=dict)
    gauge: str = DEFAULT_GAUGE
    decided_by: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The family of experts, one of :data:`COLUMNS`."""
        return _COLUMN[self.expert_words]

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
    """The claims for one gate in one regime; at most one for each family of experts.

    Attributes
    ----------
    name : str
        What links call it.
    paper, gate_words, regime_words : str
    setting : str
        One of :data:`SETTINGS`.
    cells : tuple of RateCell
    """

    name: str
    paper: str
    gate_words: str
    regime_words: str
    setting: str
    cells: tuple[RateCell, ...]


def _cosine_row(words: str, router: str, *decided: tuple[str, ...]) -> RateRow:
    experts = (("linear", "linear"), ("polynomial", "polynomial, degree 2"), ("relu", "ReLU"))
    cells = (
        RateCell(
            title,
            "cosine-over-experts",
            {"routers": router, "experts": name},
            decided_by=claims,
        )
        for (name, title), claims in zip(experts, decided, strict=True)
    )
    return RateRow(f"cosine.{router}.over", "cosine", words, "over-specified", "over", tuple(cells))


def _sigmoid_row(
    gate: str, regime: str, preset: str, relu: tuple[str, ...] = (), power: tuple[str, ...] = ()
) -> RateRow:
    name = gate.split()[0]
    changed = {"gates": name, "sparse": "1" if regime == "sparse" else "0"}
    experts = (("polynomial", "polynomial", power), ("gelu", "ReLU, GELU", relu))
    cells = (
        RateCell(title, preset, {**changed, "experts": expert}, decided_by=claims)
        for expert, title, claims in experts
    )
    return RateRow(
        f"sigmoid.{name}.{regime}",
        "sigmoid",
        f"{gate}, quadratic score",
        f"over-specified, {regime}",
        "over",
        tuple(cells),
    )


def _multinomial_rows(
    words: str, router: str, regime: str, exact: tuple[str, ...], over: str
) -> tuple[RateRow, ...]:
    second = regime == "Regime 2"
    studies: tuple[tuple[str, str, dict[str, str], tuple[str, ...]], ...] = (
        ("exact", "multinomial-exact-regime2" if second else "multinomial-exact", {}, exact),
        ("over", "multinomial-regime2" if second else "multinomial-over", {}, (over,)),
        (
            "density",
            "multinomial-regime2-density" if second else "multinomial-density",
            {"losses": "hellinger"},
            (),
        ),
    )
    gate = "modified" if router.startswith("modified") else "standard"
    return tuple(
        RateRow(
            f"multinomial.{gate}{regime[-1]}.{setting}",
            "multinomial",
            words,
            f"{regime}, {SETTINGS[setting]}",
            setting,
            (
                RateCell(
                    "multinomial logistic",
                    preset,
                    {"routers": router, **more},
                    decided_by=claims,
                ),
            ),
        )
        for setting, preset, more, claims in studies
    )


def _compete_row(setting: str, preset: str) -> RateRow:
    cells = (
        RateCell(words, preset, {"experts": words.lower()}, decided_by=(claim,))
        for words, claim in (("linear", "K5"), ("FFN", "K4"))
    )
    return RateRow(
        f"compete.competition.{setting}",
        "compete",
        "competition",
        SETTINGS[setting],
        setting,
        tuple(cells),
    )


RATE_ROWS: tuple[RateRow, ...] = (
    _cosine_row("linear router", "linear", (), (), ()),
    _cosine_row("cosine router", "cosine", ("C9.over",), ("C9.over",), ("C9.over",)),
    _cosine_row(
        "perturbed cosine router",
        "perturbed-cosine",
        ("C8.over.linear",),
        ("C8.over.p2",),
        ("C8.over.relu",),
    ),
    RateRow(
        "cosine.cosine.exact",
        "cosine",
        "cosine router",
        "exact-specified",
        "exact",
        (RateCell("ReLU", "cosine-exact", gauge="offset", decided_by=("C9.exact",)),),
    ),
    RateRow(
        "cosine.perturbed-cosine.exact",
        "cosine",
        "perturbed cosine router",
        "exact-specified",
        "exact",
        tuple(
            RateCell(
                words,
                "cosine-exact-experts",
                {"routers": "perturbed-cosine", "experts": words.lower()},
                decided_by=(f"C8.exact.{words.lower()}",),
            )
            for words in ("ReLU", "tanh")
        ),
    ),
    _sigmoid_row(
        "sigmoid gate", "sparse", "sigmoid-sparse", ("S10.relu.d2", "S10.gelu.d2"), ("S13.p2",)
    ),
    _sigmoid_row(
        "sigmoid gate", "dense", "dense-over", ("S8.relu.d2", "S8.gelu.d2"), ("S8.p2.d2",)
    ),
    _sigmoid_row("softmax gate", "sparse", "softmax-sparse"),
    _sigmoid_row("softmax gate", "dense", "dense-over"),
    RateRow(
        "sigmoid.partial.sparse",
        "sigmoid",
        "sigmoid gate, partially quadratic score",
        "over-specified, sparse",
        "over",
        (
            RateCell(
                "polynomial",
                "partial-sparse",
                {"routers": "partial-quadratic", "experts": "polynomial"},
                decided_by=("S9.p2.d2",),
            ),
        ),
    ),
    *_multinomial_rows(
        "standard softmax gate", "linear", "Regime 1", ("M3.K3", "M8.standard.K3"), "M5.K3"
    ),
    *_multinomial_rows("standard softmax gate", "linear", "Regime 2", ("M2.K3",), "M6.K2"),
    *_multinomial_rows(
        "modified gate, M = sigmoid",
        "modified-sigmoid",
        "Regime 2",
        ("M8.modified.K3",),
        "M7.sigmoid.K2",
    ),
    _compete_row("exact", "compete-exact"),
    _compete_row("over", "compete-over"),
    RateRow(
        "compete.gaussian.over",
        "compete",
        "linear softmax gate, without competition",
        "over-specified",
        "over",
        (RateCell("linear", "gaussian-over", decided_by=("K7",)),),
    ),
)
"""The table, in the papers' order."""
