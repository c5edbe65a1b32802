"""Fields of a study: the models that are compared, with the constants of their parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moeviz.fields import Field
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.model.registry import Registry
from moeviz.model.settings import constant_fields

MODEL = "Model"
"""The heading of these fields."""

_PARTS: dict[str, Registry[Any]] = {
    "routers": SCORES,
    "gates": GATES,
    "experts": EXPERTS,
    "output": OUTPUTS,
    "data_router": SCORES,
    "data_gate": GATES,
}
"""Where a study names parts of models, with the registries that know them."""

_FIELDS = (
    Field(
        "routers",
        "Routers to compare",
        r"s_i(x)",
        "choices",
        tuple(name for name, score in SCORES.items() if score.featured),
        choices=SCORES,
        help="How a router scores an expert; each one chosen is fitted.",
        group=MODEL,
        basic=True,
    ),
    Field(
        "gates",
        "Gates to compare",
        r"g_i(x)",
        "choices",
        ("softmax",),
        choices=GATES,
        help="How scores become the experts' weights; each one chosen is fitted.",
        group=MODEL,
        basic=True,
    ),
    Field(
        "experts",
        "Experts to compare",
        r"h(x, \eta_i)",
        "choices",
        ("relu",),
        choices=EXPERTS,
        help="What an expert computes; each one chosen is fitted to data of its own.",
        group=MODEL,
        basic=True,
    ),
    Field(
        "output",
        "Output",
        "",
        "choice",
        "regression",
        choices=OUTPUTS,
        help="Regression is fitted by least squares, densities by maximum likelihood.",
        group=MODEL,
        basic=True,
    ),
    Field(
        "dimension",
        "Input dimension",
        "d",
        "int",
        2,
        1,
        32,
        help="How many inputs there are.",
        group=MODEL,
        basic=True,
    ),
)


def model_fields() -> Iterator[Field]:
    """Yield the fields of the models; those of constants follow the registries."""
    yield from _FIELDS
    yield from constant_fields(_PARTS, MODEL)
