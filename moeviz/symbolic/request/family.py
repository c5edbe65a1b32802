"""What a check of one's own is a question about, typeset before anything is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moeviz.model import Mixture
from moeviz.model.formula import latex
from moeviz.model.reading import formula_of
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.request.compose import design_of, family_size, relation_latex
from moeviz.symbolic.request.selection import validated

_ENTRY = re.compile(r"\^\{\(\d+(?:,\s*\d+)?\)\}")
"""Which entry of a vector or of a matrix a parameter is."""

_NAMED = re.compile(r"(?<![A-Za-z\\])(tau|lambda|sigma|nu|eta)(?=_\{)")
"""Constants whose letter is a Greek one."""

_WRITTEN = (
    (r"\\beta(?!_)", r"\\beta_{1i}"),
    (r"(?<![A-Za-z\\])S(?![A-Za-z])", "A_i"),
    (r"(?<![A-Za-z\\])h(?![A-Za-z])", "h_i"),
    (r"(?<![A-Za-z\\])s_\{1\}", r"\\lambda_i"),
    (r"(?<![A-Za-z\\])s\^", r"W_{2,i}^"),
)
"""From the letters of the formulas of parts to those of an atom."""

_LETTERS = ((r"b_gate(_\d+)?", r"\beta_1"), (r"c", r"\beta_0"))
"""Parameters of a sigmoid gate, whose own letters are an expert's here."""

_VALUES: Mapping[str, str] = {
    "regression": r"f(x) = \sum_{i=1}^{%d} g_i(x)\, h_i(x)",
    "gaussian": r"f(x, y) = \sum_{i=1}^{%d} g_i(x)\, \mathcal N(y;\, h_i(x),\, \nu_i)",
    "categorical": r"f(x, y) = \sum_{i=1}^{%d} g_i(x)\, \mathrm{softmax}_y(h_i(x))",
}
_LITERAL: Mapping[str, tuple[str, int, int]] = {
    "literal-first": ("", 1, 1),
    "literal-second": (r"\beta_0", 1, 2),
    "literal-zeroth": (r"\beta_0", 0, 2),
}


def model_latex(selection: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the model of a check: the sum, the score, the expert.

    Parameters
    ----------
    selection : mapping
        Fields of a check; what is missing has its default.

    Raises
    ------
    SpecificationError
        If they are not among the choices, or a formula cannot be read.
    """
    chosen: dict[str, Any] = validated({**selection, "relation": ""})
    mixture = design_of(chosen).mixture
    return (
        _VALUES[chosen["output"]] % chosen["atoms"],
        f"g_i = {_gate(mixture)}",
        f"s_i = {_formula(mixture.score)}" + (r" + \beta_{0i}" if mixture.score.has_offset else ""),
        f"h_i = {_formula(mixture.expert)}" + _predictor(mixture),
    )


def family_latex(selection: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is asked about, and how many functions that are, in words.

    Parameters
    ----------
    selection : mapping
        Fields of a check; what is missing has its default.

    Returns
    -------
    str
        LaTeX of the family, or of the relation that was typed.
    str
        Such as "up to 20 functions".

    Raises
    ------
    SpecificationError
        If they are not among the choices, or a relation cannot be read.
    """
    chosen: dict[str, Any] = validated(selection)
    if chosen["test"] == "relation":
        return relation_latex(selection, chosen["relation"]), "one sum"
    design = design_of(chosen)
    size = family_size(design, chosen)
    return _family(design.atom, chosen), f"up to {size} functions"


def _family(atom: Atom, chosen: Mapping[str, Any]) -> str:
    every = _names(atom, atom.parameters)
    moving = _names(atom, atom.moving)
    count = chosen["atoms"]
    atoms = ", ".join(str(i) for i in range(1, count + 1))
    term = r"\left(g_i h_i\right)" if chosen["output"] == "regression" else "f_i"
    test = chosen["test"]
    if test in ("first-order", "pinned", "cone"):
        text = rf"\Bigl\{{\tfrac{{\partial f}}{{\partial({every})_i}}\Bigr\}}_{{i = {atoms}}}"
        if test == "pinned":
            last = rf"\tfrac{{\partial f}}{{\partial \beta_{{0{count}}}}}"
            return text + rf" \setminus \Bigl\{{{last}\Bigr\}}"
        if test == "cone":
            cells = ", ".join(map(str, chosen["crowded"]))
            second = rf"\tfrac{{\partial^2 f}}{{\partial({moving})_j^2}}"
            return text + rf" \cup \Bigl\{{{second}\Bigr\}}_{{j = {cells}}}"
        return text
    if test == "discover":
        order = chosen["order"]
        return _powers(r"\left(g_1 h_1\right)" if "g_i" in term else "f_1", every, "1", 0, order)
    _, low, high = _LITERAL[test]
    names = every if test == "literal-first" else moving
    return _powers(term, names, "i", low, high) + rf"_{{i = {atoms}}}"


def _powers(term: str, names: str, index: str, low: int, high: int) -> str:
    orders = str(low) if low == high else ", ".join(map(str, range(low, high + 1)))
    power = "" if (low, high) == (1, 1) else "^r"
    text = rf"\Bigl\{{\tfrac{{\partial{power} {term}}}{{\partial({names})_{index}{power}}}"
    return text + (r"\Bigr\}" if not power else rf" : r = {orders}\Bigr\}}")


def _names(atom: Atom, symbols: Any) -> str:
    """Return the LaTeX of some parameters, vectors and matrices by one letter."""
    found = (_letter(str(s)) or _ENTRY.sub("", atom.latex[s]) for s in symbols)
    return ", ".join(dict.fromkeys(found))


def _letter(name: str) -> str:
    """Return the letter of a parameter where the model as it is written here has another."""
    return next((text for begin, text in _LETTERS if re.fullmatch(begin, name)), "")


def _formula(part: Any) -> str:
    text = _NAMED.sub(lambda found: f"\\{found[1]}", latex(formula_of(part)))
    for there, here in _WRITTEN:
        if part.name != "custom":
            text = re.sub(there, here, text)
    return text


def _gate(mixture: Mixture) -> str:
    if mixture.gate.name == "softmax":
        return r"\frac{e^{s_i}}{\sum_j e^{s_j}}"
    return r"\sigma(s_i)"


def _predictor(mixture: Mixture) -> str:
    text = _formula(mixture.expert)
    if mixture.expert.name == "ffn":
        return r",\quad t = W_{1,i}^\top x + b_i"
    return r",\quad t = a_i^\top x + b_i" if re.search(r"(?<![a-z\\])t(?![a-z])", text) else ""
