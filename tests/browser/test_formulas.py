"""Formulas evaluated in a browser are the library's, at random points."""

from __future__ import annotations

import pytest
import torch

from moeviz.charts.gates import Setup, score_of
from moeviz.charts.trees import (
    KNOWN,
    affinity_document,
    expert_tree,
    gate_document,
    score_document,
    steps_document,
)
from moeviz.model import (
    AFFINITIES,
    EXPERTS,
    ROUTINGS,
    SCORES,
    make_affinity,
    make_expert,
    make_routing,
    make_score,
)
from moeviz.model.formula import SCORE, evaluate, parse_formula, spelled_out
from moeviz.ui.shared.scripts import script_path
from tests.support import normal

RUN = """async ([path, cases]) => {
  const { compiled, FUNCTIONS } = await import(new URL(path, document.baseURI));
  const plain = (value) => (typeof value === "number" ? String(value) : Array.from(value, String));
  const values = (given) => Object.fromEntries(Object.entries(given).map(
    ([name, value]) => [name, Array.isArray(value) ? Float64Array.from(value, Number) : value]));
  const found = cases.map(([steps, given]) => compiled(steps)(values(given)).map(plain));
  return [found, Object.keys(FUNCTIONS)];
}"""

TYPED_SCORES = [
    "dot(b,x)", "b1*x1", "tanh(b1*x1)", "b1^2*x1 + x2", "exp(exp(b1*x1))", "b1*log(x1)",
    "b1/x1 + b2/x2", "sqrt(b1*x1)", "dot(b,x)/norm(b)", "dot(b,x)^8", "abs(b1*x1)*gelu(b2*x2)",
    "b1*x1/(x1 - x1)", "relu(b1*x1 - relu(b2*x2))", "sin(1000*b1*x1)", "b1*x1 - b1*x1 + b2*x2",
    "softplus(800*b1*x1)", "gelu(b1*x1*10)", "b1*x1 + b2*x2 + b3*x1*x2", "norm(b)*norm(x)",
    "dot(b,x)/((norm(b) + 1/2)*(norm(x) + 1/10))", "sigmoid(-700*b1*x1)", "b1*x1^-8",
]  # fmt: skip


@pytest.fixture(scope="module")
def computed(server, pages):
    """Return a function from cases (steps, values) to what the browser makes of them."""
    with pages.open() as page:
        page.goto(server.url)

        def run(cases):
            found, names = page.evaluate(RUN, [script_path("formulas")[1:], cases])
            tensors = [[tensor_of(value) for value in outputs] for outputs in found]
            return tensors, names

        yield run


def tensor_of(value):
    """Numbers of JavaScript as its words, also those that are none."""
    words = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
    if isinstance(value, str):
        return torch.tensor(float(words.get(value, value)), dtype=torch.float64)
    return torch.tensor([float(words.get(each, each)) for each in value], dtype=torch.float64)


def listed(values):
    return {name: value.tolist() for name, value in values.items()}


def assert_same(found, wanted, words):
    wanted = wanted.to(torch.float64)
    found = found.to(torch.float64).expand(wanted.shape)
    torch.testing.assert_close(
        found, wanted, rtol=1e-12, atol=1e-13, equal_nan=True, msg=lambda m: f"{words}: {m}"
    )


def test_scores_gates_affinities_and_experts_are_the_librarys(computed, rng):
    x = torch.cat([3 * normal(rng, 2, 60), torch.zeros(2, 1, dtype=torch.float64)], -1)
    inputs = {"x1": x[0].tolist(), "x2": x[1].tolist()}
    cases, wanted, words = [], [], []
    for router in SCORES:
        setup = Setup(models=((router, "softmax"),), expert="ffn")
        score, tree = score_of(setup, 0)
        count = max([int(n[1:]) for n in tree.names if n[0] == "b"], default=0)
        beta = normal(rng, 2, count) * torch.tensor([[1.0], [0.0]])  # a second one of zeros
        for row in beta:
            own = {f"b{k + 1}": float(value) for k, value in enumerate(row)}
            constants = {"tau1": 0.5, "tau2": 0.1}
            cases.append(
                [score_document(score, 2, make_expert("ffn")), {**inputs, **own, **constants}]
            )
            wanted.append(_score(score, row, x))
            words.append(router)
    for gate in ROUTINGS:
        for atoms in (2, 3, 5):
            scores = 3 * normal(rng, atoms, 80)
            scores[1, :20] = scores[0, :20]  # ties
            made = make_routing(gate, temperature=0.7)
            given = {f"s{i + 1}": row.tolist() for i, row in enumerate(scores)}
            cases.append([gate_document(made, atoms), {**given, "temperature": 0.7}])
            wanted.append(made.weights(scores))
            words.append(gate)
    for name in AFFINITIES:
        answers = 3 * normal(rng, 3, 40)
        given = {f"s{i + 1}": row.tolist() for i, row in enumerate(answers)}
        cases.append([affinity_document(make_affinity(name), 3), given])
        wanted.append(make_affinity(name).of(answers.unsqueeze(0)))
        words.append(name)
    for name in EXPERTS:
        expert = make_expert(name)
        eta = normal(rng, expert.width(2))
        own = {f"b{k + 1}": float(value) for k, value in enumerate(eta)}
        cases.append([steps_document(expert_tree(expert, 2)), {**inputs, **own}])
        wanted.append(_value(expert, eta, x))
        words.append(name)
    found, names = computed(cases)
    assert set(names) == set(KNOWN)
    for outputs, right, said in zip(found, wanted, words, strict=True):
        right = right.reshape(len(outputs), -1)
        for each, row in zip(outputs, right, strict=True):
            assert_same(each, row, said)


def _score(score, beta, x):
    if score.reads_expert:
        return score.affinity(_value(make_expert("ffn"), beta, x))[0]
    return (score.coordinates(beta).unsqueeze(-1) * score.features(x)).sum(-2)


def _value(expert, eta, x):
    ones = torch.cat([x, torch.ones_like(x[:1])])
    heads = [eta[3 * h : 3 * h + 3] @ ones for h in range(expert.heads)]
    scalars = [eta[k : k + 1] for k in range(3 * expert.heads, len(eta))]
    return expert.value_and_slopes(heads, scalars)[0]


def test_typed_scores_and_all_functions_are_the_librarys(computed, rng):
    x = 2 * normal(rng, 2, 80)
    x[:, 0] = 0.0
    values = {"x1": x[0], "x2": x[1], **dict(zip(("b1", "b2", "b3"), normal(rng, 3), strict=True))}
    trees = {text: spelled_out(parse_formula(text, SCORE), 2) for text in TYPED_SCORES}
    trees |= {
        name: spelled_out(parse_formula(f"{name}(3*b1*x1)", SCORE), 2)
        for name in KNOWN - {"sign", "step", "normal_cdf", "normal_density"}
    }
    given = listed(values)
    found, _ = computed([[steps_document(tree), given] for tree in trees.values()])
    for (text, tree), (each,) in zip(trees.items(), found, strict=True):
        wanted = evaluate(tree, values)
        kept = wanted.abs() < 1e30  # beyond, a power's rounding is what is compared
        same = torch.where(torch.isfinite(wanted) & ~kept, each, wanted)
        assert_same(each, same, text)


def test_what_is_shared_is_computed_anew_for_other_points(computed):
    steps = score_document(make_score("linear"), 2)
    one = {"x1": [1.0, 2.0], "x2": [0.0, 1.0], "b1": 2.0, "b2": 3.0}
    found, _ = computed([[steps, one], [steps, {**one, "x1": 1.0, "x2": 1.0}]])
    assert found[0][0].tolist() == [2.0, 7.0]
    assert found[1][0].tolist() == 5.0
