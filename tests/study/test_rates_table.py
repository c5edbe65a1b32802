"""The table of rates says of every cell what the study says that the cell opens."""

from __future__ import annotations

import pytest

from moeviz.charts.printed import printed
from moeviz.cli.rates import rates_json
from moeviz.study import PRESETS, assemble, plan
from moeviz.study.kept import kept_names, kept_result
from moeviz.study.rates_table import RATE_ROWS
from moeviz.symbolic.catalogue.of_rates import claims_of
from moeviz.theory import GAUGES

CELLS = [(row, cell) for row in rates_json() for cell in row["cells"]]

SLOW, QUARTER, HALF = "slower than any power of n", "n^(−1/4)", "n^(−1/2)"

DENSITY = ("multinomial logistic, the density", HALF, -0.5, "multinomial Prop. 2.2")
MODIFIED_DENSITY = ("multinomial logistic, the density", HALF, -0.5, "multinomial Prop. 4.3")

PRINTED = {
    ("linear router", "over-specified"): [
        ("linear", SLOW, None, "cosine Table 1"),
        ("polynomial, degree 2", SLOW, None, "cosine Table 1"),
        ("ReLU", QUARTER, -0.5, "cosine Table 1"),
    ],
    ("cosine router", "over-specified"): [
        (expert, SLOW, None, "cosine Theorem 2")
        for expert in ("linear", "polynomial, degree 2", "ReLU")
    ]
    + [("ReLU, the function", HALF, -0.5, "cosine Theorem 1")],
    ("perturbed cosine router", "over-specified"): [
        ("linear", SLOW, None, "cosine Table 1"),
        ("polynomial, degree 2", QUARTER, -0.5, "cosine Theorem 4"),
        ("ReLU", QUARTER, -0.5, "cosine Theorem 4"),
        ("ReLU, the function", HALF, -0.5, "cosine Theorem 3"),
    ],
    ("perturbed cosine router", "exact-specified"): [
        ("ReLU", HALF, -0.5, "cosine Theorem 6"),
        ("tanh", HALF, -0.5, "cosine Theorem 6"),
    ],
    ("cosine router", "exact-specified"): [("ReLU", SLOW, None, "cosine Theorem 5")],
    ("sigmoid gate, quadratic score", "over-specified, sparse"): [
        ("ReLU, GELU", QUARTER, -0.5, "sigmoid Theorem 1"),
        ("polynomial", SLOW, None, "sigmoid Theorem 2"),
        ("polynomial, degree 2, the function", HALF, -0.5, "sigmoid Prop. 1, eq. 7"),
    ],
    ("sigmoid gate, quadratic score", "over-specified, dense"): [
        ("ReLU, GELU", HALF, -0.5, "sigmoid Theorem 3"),
        ("polynomial", HALF, -0.5, "sigmoid Theorem 3"),
    ],
    ("softmax gate, quadratic score", "over-specified, sparse"): [
        ("ReLU, GELU", QUARTER, -0.5, "sigmoid Table 1 and §4.1.2"),
        ("polynomial", SLOW, None, "sigmoid Table 1 and §4.1.2"),
    ],
    ("softmax gate, quadratic score", "over-specified, dense"): [
        (
            "ReLU, GELU",
            f"{HALF} in Table 1, {QUARTER} in §4.2",
            -0.5,
            "sigmoid Table 1 and §4.2",
        ),
        ("polynomial", SLOW, None, "sigmoid Table 1 and §4.2"),
    ],
    ("sigmoid gate, partially quadratic score", "over-specified, sparse"): [
        ("polynomial", QUARTER, -0.5, "sigmoid Theorem 4"),
        ("polynomial, degree 2, the function", HALF, -0.5, "sigmoid Prop. 4, eq. 50"),
    ],
    ("standard softmax gate", "Regime 1, exact-specified"): [
        ("multinomial logistic", HALF, -0.5, "multinomial Table 1"),
        DENSITY,
    ],
    ("standard softmax gate", "Regime 1, over-specified"): [
        ("multinomial logistic", QUARTER, -0.5, "multinomial Theorem 3.1"),
        DENSITY,
    ],
    ("standard softmax gate", "Regime 2, exact-specified"): [
        (
            "multinomial logistic",
            f"{SLOW} in Table 1, no faster than {HALF} in the text",
            None,
            "multinomial Table 1 and Theorem 3.3",
        ),
        DENSITY,
    ],
    ("standard softmax gate", "Regime 2, over-specified"): [
        ("multinomial logistic", SLOW, None, "multinomial Theorem 3.3"),
        DENSITY,
    ],
    ("modified gate, M = sigmoid", "Regime 2, exact-specified"): [
        ("multinomial logistic", HALF, -0.5, "multinomial Table 1"),
        MODIFIED_DENSITY,
    ],
    **{
        (f"modified gate, M = {words}", "Regime 2, over-specified"): [
            ("multinomial logistic", QUARTER, -0.5, "multinomial Theorem 4.4"),
            MODIFIED_DENSITY,
        ]
        for words in ("sigmoid", "tanh", "cos", "sin", "x³", "log|x|", "x/‖x‖")
    },
    ("competition", "exact-specified"): [
        ("linear", HALF, -0.5, "compete Theorem K.1"),
        ("FFN", HALF, -0.5, "compete Theorem 3.2"),
        ("linear, the density", HALF, -0.5, "compete Prop. 3.1"),
    ],
    ("competition", "over-specified"): [
        ("linear", QUARTER, -0.5, "compete Theorem K.1"),
        ("FFN", QUARTER, -0.5, "compete Theorem 3.2"),
        ("linear, the density", HALF, -0.5, "compete Prop. 3.1"),
    ],
    ("linear softmax gate, without competition", "over-specified"): [
        (
            "linear",
            "n^(−1/8) in a cell of 2 (App. K), n^(−1/12) in one of 3 (App. K and §3)",
            None,
            "compete App. K and §3",
        )
    ],
}
"""What the papers print, by gate and regime: expert, rate, exponent of the loss, place."""

KEYS = {"routers": "router", "gates": "gate", "experts": "expert"}


def opened(cell):
    """The study that a cell opens, and the curves of it that are of the cell's model and loss."""
    preset = PRESETS[cell["preset"]]
    spec = preset.build(preset.parse(cell["settings"]))
    wanted = {KEYS[key]: text for key, text in cell["settings"].items() if key in KEYS}
    first = plan(spec).curves[0]
    loss = cell["settings"].get("losses", first.reading.loss)
    model = {"router": first.router, "gate": first.gate, "expert": first.expert, **wanted}
    curves = printed(assemble(spec, {}, 0.0, "cpu"))["curves"]
    return [c for c in curves if c["loss_name"] == loss and model.items() <= c.items()]


def test_the_table_is_the_papers():
    found = {(row["gate"], row["regime"]): [] for row, _ in CELLS}
    for row, cell in CELLS:
        said = (cell["expert"], cell["claim"], cell["exponent"], cell["source"])
        found[row["gate"], row["regime"]].append(said)
    assert {row: sorted(said, key=str) for row, said in found.items()} == {
        row: sorted(said, key=str) for row, said in PRINTED.items()
    }


@pytest.mark.parametrize(
    ("row", "cell"), CELLS, ids=[f"{r['gate']} {r['regime']} {c['expert']}" for r, c in CELLS]
)
def test_a_cell_and_its_study_say_the_same(row, cell):
    """Of curves in several gauges one is the cell's; another one may differ where the paper leaves
    a part of the gauge free."""
    curves = opened(cell)
    said = (cell["exponent"], cell["source"])
    same = [c for c in curves if (c["theory"]["exponent"], c["theory"]["source"]) == said]
    assert same
    others = [c for c in curves if c not in same]
    assert not others or not any(GAUGES[c["gauge"]].complete for c in same)


@pytest.mark.parametrize("name", kept_names())
def test_kept_results_are_shown_with_the_claims_of_today(name):
    result = printed(kept_result(name).result)
    spec = PRESETS[name].build(result["spec"]["fields"])
    fresh = {
        (c["fit"], c["loss_name"], c["gauge"], c["kind"]): c
        for c in printed(assemble(spec, {}, 0, ""))["curves"]
    }
    for curve in result["curves"]:
        today = fresh[curve["fit"], curve["loss_name"], curve["gauge"], curve["kind"]]["theory"]
        assert curve["theory"] == today
        named = today["source"] in curve["in_words"]
        assert curve["slope"] is None or named or not curve["trained"]


@pytest.mark.parametrize("row", RATE_ROWS, ids=lambda row: f"{row.gate_words}, {row.regime_words}")
def test_what_decides_a_cell_speaks_of_it(row):
    for cell in row.cells:
        spoken = claims_of(row.paper, row.gate_words, cell.expert_words, row.regime_words)
        assert set(cell.decided_by) <= set(spoken)


OF_FUNCTION = [(row, cell) for row, cell in CELLS if cell["column"] == "function"]


def test_functions_and_densities_are_a_column_of_their_own():
    assert {cell["setting"] for _, cell in OF_FUNCTION} == {"density"}
    assert all(
        cell["setting"] == row["setting"] for row, cell in CELLS if cell["column"] != "function"
    )
    assert {cell["source"].split(",")[0] for _, cell in OF_FUNCTION} == {
        "cosine Theorem 1", "cosine Theorem 3", "sigmoid Prop. 1", "sigmoid Prop. 4",
        "multinomial Prop. 2.2", "multinomial Prop. 4.3", "compete Prop. 3.1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "cell", [cell for _, cell in OF_FUNCTION], ids=[cell["name"] for _, cell in OF_FUNCTION]
)
def test_no_kept_function_is_learnt_otherwise_than_claimed(cell):
    """Computed from what is kept: whatever the parameters do, no slope contradicts n^(-1/2)."""
    measured = cell["measured"]
    assert (cell["claim"], cell["exponent"]) == (HALF, -0.5)
    assert measured["mark"] in ("yes", "unknown")
    assert measured["high"] < -0.4


@pytest.mark.parametrize("name", ["tanh", "cos", "sin", "power", "log", "unit"])
def test_a_modified_gate_is_held_to_definition_4_1_by_the_checker(name):
    """Definition 4.1 wants a bounded M and independent products: two of the papers' M have not."""
    (cell,) = [c for _, c in CELLS if c["name"] == f"multinomial.{name}2.over.classes"]
    marks = {one["claim"]: one["mark"] for one in cell["claims"]}
    failing = {claim for claim, mark in marks.items() if mark == "fails"}
    assert failing == {"log": {"M4.log.bounded"}, "unit": {"M4.unit.d2"}}.get(name, set())
    assert ("Definition 4.1" in cell["note"]) == bool(failing)
    assert (cell["agreement"] == "differ") == bool(failing)
