"""A study's models as Typst's mathematics, printed from the formulas that its parts carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES, Mixture
from moeviz.model.formula import typst
from moeviz.model.reading import formula_of
from moeviz.study import Specification, plan

MOST_LINES = 12
"""Lines of formulas; a study of more models shows the first."""

OBSERVED: Mapping[str, str] = {
    "regression": "Y = sum_(i=1)^k g_i (X) thin h_i (X) + epsilon, quad epsilon ~ N(0, sigma^2)",
    "gaussian": "p(y|x) = sum_(i=1)^k g_i (x) thin N(y; h_i (x), nu_i)",
    "categorical": (
        "p(c|x) = sum_(i=1)^k g_i (x) thin frac(exp(h_(i c) (x)), sum_(l=1)^C exp(h_(i l) (x)))"
    ),
}
"""How an observation arises, by output; an output that is not listed is named in words."""

_NUMBERED = re.compile(r"([tsb])([1-9][0-9]*)")


def model_lines(spec: Specification) -> list[tuple[str, str]]:
    """Return what the models of a study are: a line for each part that is fitted.

    Parameters
    ----------
    spec : Specification

    Returns
    -------
    list of (str, str)
        A part's title and its formula; first the output, then scores, gates and experts, each
        once, in the plan's order.
    """
    mixtures = list(dict.fromkeys(fit.mixture for fit in plan(spec).fits))
    lines = dict.fromkeys(
        line for kind in (_outputs, _scores, _gates, _experts) for line in kind(mixtures)
    )
    return list(lines)[:MOST_LINES]


def _outputs(mixtures: list[Mixture]) -> Iterator[tuple[str, str]]:
    for mixture in mixtures:
        title = OUTPUTS[mixture.output.name].title
        yield title, OBSERVED.get(mixture.output.name, f"upright({_quoted(title)})")


def _scores(mixtures: list[Mixture]) -> Iterator[tuple[str, str]]:
    for score in (mixture.score for mixture in mixtures):
        own = {"b": "beta_(1 i)", "S": "S_i", "A": "A_i", "h": "h_i (x)"}
        formula = typst(formula_of(score), _named(score.formula_text, own))
        offset = " + beta_(0 i)" if score.has_offset else ""
        yield SCORES[score.name].title, f"s_i (x) = {formula}{offset}"


def _gates(mixtures: list[Mixture]) -> Iterator[tuple[str, str]]:
    for gate in (mixture.gate for mixture in mixtures):
        formula = typst(formula_of(gate), {"s": "s_i"})
        yield GATES[gate.name].title, f"g_i (x) = {formula}"


def _experts(mixtures: list[Mixture]) -> Iterator[tuple[str, str]]:
    for expert in (mixture.expert for mixture in mixtures):
        own = _named(expert.formula_text, {"t": "t_i", "s": "lambda_i"})
        formula = typst(formula_of(expert), own)
        yield EXPERTS[expert.name].title, f"h_i (x) = {formula}, quad t_i = a_i^top x + b_i"


def _named(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return what the symbols of a text are called; numbered ones have their atom's index too."""
    letters = {"t": "t", "s": "lambda", "b": "beta"}
    numbered = {
        found[0]: f"{letters[found[1]]}_({found[2]} i)" for found in _NUMBERED.finditer(text)
    }
    if "s1" in numbered and "s2" not in numbered:
        numbered["s1"] = "lambda_i"
    return {**names, **numbered}


def _quoted(words: str) -> str:
    """Return words as a text of Typst."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
