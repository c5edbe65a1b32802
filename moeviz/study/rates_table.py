"""The papers' tables of rates as one table, each cell with the study that measures it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SLOW = "slower than any power of n"
QUARTER = "n^(−1/4)"
HALF = "n^(−1/2)"
SHAPES = "shown by the loss, which squares distances in crowded cells"


@dataclass(frozen=True)
class RateCell:
    """One claimed rate.

    Attributes
    ----------
    expert_words : str
        The column: which expert.
    claim : str
        The rate of the experts' parameters, in plain characters.
    exponent : float or None
        The power of n at which the study's loss falls if the claim holds; None where no power is
        claimed.
    source : str
        Paper key and place.
    note : str
        What to know when comparing.
    preset : str
        The preset that measures it; empty where none does.
    settings : mapping of str to str
        Fields, as text, in which the study differs from the preset.
    """

    expert_words: str
    claim: str
    exponent: float | None
    source: str
    note: str = ""
    preset: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


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


def _over(router: str, expert: str) -> dict[str, str]:
    return {"routers": router, "experts": expert}


def _cosine_row(words: str, router: str, claims: tuple[str, str, str]) -> RateRow:
    experts = (("linear", "linear"), ("polynomial", "polynomial, degree 2"), ("relu", "ReLU"))
    return RateRow(
        "cosine",
        words,
        "over-specified",
        tuple(
            RateCell(
                title,
                claim,
                -0.5 if claim == QUARTER else None,
                "cosine Table 1",
                SHAPES if claim == QUARTER else "a minimax bound, not one truth's curve",
                "cosine-over",
                _over(router, name),
            )
            for (name, title), claim in zip(experts, claims, strict=True)
        ),
    )


def _sigmoid_row(gate: str, regime: str, claims: tuple[str, str], note: str = "") -> RateRow:
    sparse = {"sparse": "1" if regime == "sparse" else "0"}
    samples = {HALF: "ε^(−2) samples", QUARTER: "ε^(−4) samples", SLOW: "exp(ε^(−1/τ)) samples"}
    return RateRow(
        "sigmoid",
        f"{gate}, quadratic score",
        f"over-specified, {regime}",
        tuple(
            RateCell(
                title,
                claim,
                None if claim == SLOW else -0.5,
                "sigmoid Table 1",
                f"{samples[claim]}{note}",
                "sigmoid-sparse",
                {"gates": gate.split()[0], "experts": name, **sparse},
            )
            for (name, title), claim in zip(
                (("gelu", "ReLU, GELU"), ("polynomial", "polynomial")), claims, strict=True
            )
        ),
    )


def _multinomial_row(
    words: str, router: str, regime: str, claim: str, source: str
) -> tuple[RateRow, ...]:
    flat = "1" if regime == "Regime 2" else "0"
    preset = "multinomial-regime2" if regime == "Regime 2" else "multinomial-over"
    exact_claim = SLOW if claim == SLOW else HALF
    return (
        RateRow(
            "multinomial",
            words,
            f"{regime}, exact-specified",
            (
                RateCell(
                    "multinomial logistic",
                    exact_claim,
                    None if claim == SLOW else -0.5,
                    "multinomial Table 1",
                    "the paper speaks of cells with one member; it has no theorem for k = k*",
                    "multinomial-exact",
                    {"routers": router, "flat": flat},
                ),
            ),
        ),
        RateRow(
            "multinomial",
            words,
            f"{regime}, over-specified",
            (
                RateCell(
                    "multinomial logistic",
                    claim,
                    None if claim == SLOW else -0.5,
                    source,
                    SHAPES if claim != SLOW else "a minimax bound, not one truth's curve",
                    preset,
                    {"routers": router},
                ),
            ),
        ),
        RateRow(
            "multinomial",
            words,
            f"{regime}, density",
            (
                RateCell(
                    "multinomial logistic",
                    HALF,
                    -0.5,
                    "multinomial Props. 2.2 and 4.3",
                    "expected Hellinger distance",
                    preset,
                    {"routers": router, "losses": "hellinger"},
                ),
            ),
        ),
    )


RATE_ROWS: tuple[RateRow, ...] = (
    _cosine_row("linear router", "linear", (SLOW, SLOW, QUARTER)),
    _cosine_row("cosine router", "cosine", (SLOW, SLOW, SLOW)),
    _cosine_row("perturbed cosine router", "perturbed-cosine", (SLOW, QUARTER, QUARTER)),
    RateRow(
        "cosine",
        "perturbed cosine router",
        "exact-specified",
        (
            RateCell(
                "ReLU",
                HALF,
                -0.5,
                "cosine Theorem 6",
                "",
                "cosine-exact-experts",
                {"routers": "perturbed-cosine", "experts": "relu"},
            ),
            RateCell(
                "tanh",
                HALF,
                -0.5,
                "cosine Theorem 6",
                "",
                "cosine-exact-experts",
                {"routers": "perturbed-cosine", "experts": "tanh"},
            ),
        ),
    ),
    RateRow(
        "cosine",
        "cosine router",
        "exact-specified",
        (RateCell("ReLU", SLOW, None, "cosine Theorem 5", "", "cosine-exact", {}),),
    ),
    _sigmoid_row("sigmoid gate", "sparse", (QUARTER, SLOW)),
    _sigmoid_row("sigmoid gate", "dense", (HALF, HALF), "; against the best approximation"),
    _sigmoid_row("softmax gate", "sparse", (QUARTER, SLOW)),
    _sigmoid_row(
        "softmax gate",
        "dense",
        (HALF, SLOW),
        "; for ReLU and GELU the table prints ε^(−2), the text of §4.2 says ε^(−4)",
    ),
    RateRow(
        "sigmoid",
        "sigmoid gate, partially quadratic score",
        "over-specified, sparse",
        (
            RateCell(
                "polynomial",
                QUARTER,
                -0.5,
                "sigmoid Theorem 4",
                "ε^(−4) samples",
                "sigmoid-sparse",
                {"routers": "partial-quadratic", "experts": "polynomial"},
            ),
        ),
    ),
    *_multinomial_row(
        "standard softmax gate", "linear", "Regime 1", QUARTER, "multinomial Theorem 3.1"
    ),
    *_multinomial_row(
        "standard softmax gate", "linear", "Regime 2", SLOW, "multinomial Theorem 3.3"
    ),
    *_multinomial_row(
        "modified gate, M = sigmoid",
        "modified-sigmoid",
        "Regime 2",
        QUARTER,
        "multinomial Theorem 4.4",
    ),
    RateRow(
        "compete",
        "competition",
        "exact-specified",
        (
            RateCell(
                "linear",
                HALF,
                -0.5,
                "compete Theorem K.1",
                "",
                "compete-exact",
                {"experts": "linear"},
            ),
            RateCell(
                "FFN", HALF, -0.5, "compete Theorem 3.2", "", "compete-exact", {"experts": "ffn"}
            ),
        ),
    ),
    RateRow(
        "compete",
        "competition",
        "over-specified",
        (
            RateCell(
                "linear",
                QUARTER,
                -0.5,
                "compete Theorem K.1",
                SHAPES,
                "compete-over",
                {"experts": "linear"},
            ),
            RateCell(
                "FFN",
                QUARTER,
                -0.5,
                "compete Theorem 3.2",
                SHAPES,
                "compete-over",
                {"experts": "ffn"},
            ),
        ),
    ),
    RateRow(
        "compete",
        "linear softmax gate, without competition",
        "over-specified",
        (
            RateCell(
                "linear",
                "n^(−1/8) in a cell of 2, n^(−1/12) in one of 3",
                None,
                "compete §3",
                "the loss is ruled by the slowest of its parts",
                "gaussian-over",
                {},
            ),
        ),
    ),
)
"""The table, in the papers' order."""
