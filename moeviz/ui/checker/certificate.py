"""Certificates on the screen: relations, determinants, matrices, counter-sequences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from moeviz.charts.certified import enclosed, number_or_interval, symbol, typeset_formula
from moeviz.charts.checker import sequence_table, sequence_words
from moeviz.charts.walks import sequence_walk
from moeviz.symbolic.certificates.types import Certificate, Member
from moeviz.ui.checker.walk import walk
from moeviz.ui.shared.typeset import formula, mixed, shortened

_MOST_FORMULAS = 12

_MOST_ENCLOSURES = 4

_LONG = 220
"""Characters of LaTeX that fill about a line."""

_POWER = re.compile(r"ε\^(\d+\.\d+|\\infty)")
_RAISED = r"$\\varepsilon^{\1}$"

_ON_KINKS = (
    " Here every term is zero beside the kinks; what lies on a kink alone, automatic "
    "differentiation does not see."
)


def show_certificate(certificate: Certificate, key: str) -> None:
    """Show what proves a test's verdict.

    Parameters
    ----------
    certificate : mapping
        As tests carry it; its "kind" says how to read it.
    key : str
        Tells the parts of this certificate from those of others on the page.
    """
    show_proof(certificate, key)
    _more_relations(certificate)
    _matrices(certificate)
    _constants(certificate)
    if certificate.get("sequence"):
        with st.expander("The numbers of the counter-sequence"):
            table = sequence_table(certificate["sequence"])
            st.table(table, border="horizontal", hide_index=True, alt="Counter-sequence")
    _spot(certificate)
    _data(certificate)


def show_proof(certificate: Certificate, key: str) -> None:
    """Show the heart of a certificate: its equation, what that proves, its counter-sequence.

    Parameters
    ----------
    certificate : mapping
        As for :func:`show_certificate`.
    key : str
        As for :func:`show_certificate`.
    """
    if certificate.get("latex"):
        _equation(certificate["latex"])
    if certificate.get("sequence"):
        walk(sequence_walk(certificate["sequence"]), key=f"checker.walk.{key}")
    sentence = certificate_words(certificate)
    if sentence:
        st.markdown(sentence)


def _equation(latex: str) -> None:
    """Show an equation, and below it the numbers that are too long to stand in it."""
    text, named = shortened(latex)
    # What takes several lines is set smaller, so that these stand clear of each other.
    st.markdown(formula(latex) if len(text) < _LONG else f"${text.strip()}$")
    if named:
        numbers = "\n".join(f"{name} = {number}" for name, number in named.items())
        st.code(numbers, language=None, wrap_lines=True)


def certificate_words(certificate: Certificate) -> str:
    """Say in a sentence or two what a certificate proves, as markdown.

    Parameters
    ----------
    certificate : mapping
    """
    kind = certificate.get("kind", "")
    found = []
    if kind in ("relation", "counter-sequence"):
        count = certificate.get("relations in all", 1)
        found.append(
            "The left side is zero for all inputs: it substitutes back to zero symbolically."
            + (f" It is one of {count} independent relations." if count > 1 else "")
        )
    if kind == "counter-sequence" and certificate.get("atoms needed"):
        needed = ", ".join(str(n) for n in certificate["atoms needed"])
        found.append(
            "The second-order coefficients form a positive semidefinite matrix, so a crowded cell "
            f"of {needed} atoms can spread out along it."
        )
    if certificate.get("determinant"):
        members = len(certificate.get("members", ()))
        found.append(
            f"At {members} rational points the determinant of the values of "
            f"{members} functions {enclosed(certificate['determinant'])}, computed with "
            f"{certificate.get('bits', 0)} bits. It is not zero: the functions are independent."
        )
    if kind == "dual matrix":
        found.append(
            "The matrices W are positive definite and orthogonal to the second-order part of "
            "every relation, so that no positive semidefinite matrix solves the equation but 0."
        )
    if certificate.get("where"):
        found.append(f"The relation holds {mixed(certificate['where'])}.")
    enclosures = certificate.get("enclosures", ())
    for enclosure in enclosures[:_MOST_ENCLOSURES]:
        found.append(f"{_place(enclosure)} {enclosed(str(enclosure['value']))}.")
    if more := enclosures[_MOST_ENCLOSURES:]:
        found.append(f"JSON and script have {len(more)} more.")
    if certificate.get("value") and not certificate.get("enclosures"):
        found.append(
            f"At a rational point the left side {enclosed(str(certificate['value']))}, which "
            "is not zero."
        )
    if certificate.get("sequence"):
        words = sequence_words(certificate["sequence"]).replace("∞", r"\infty")
        found.append(f"**Counter-sequence.** {mixed(_POWER.sub(_RAISED, words))}")
    return " ".join(found)


def _place(enclosure: Mapping[str, Any]) -> str:
    """Return a formula that was enclosed, and over which inputs."""
    inputs = enclosure.get("inputs") or {}
    places = [
        f"for ${symbol(name)}$ from ${'$ to $'.join(ends)}$"
        if len(ends) > 1
        else f"at ${symbol(name)} = {ends[0]}$"
        for name, values in inputs.items()
        for ends in [[number_or_interval(str(value)) for value in values]]
    ]
    return " ".join([f"${typeset_formula(str(enclosure.get('formula', '')))}$", *places])


def _more_relations(certificate: Certificate) -> None:
    lines = certificate.get("all relations") or [
        _sum(members) for members in certificate.get("relations", ())
    ]
    if not lines:
        return
    with st.expander(f"All {len(lines)} relations" if len(lines) > 1 else "The relation"):
        for line in lines[:_MOST_FORMULAS]:
            _equation(line)
        if len(lines) > _MOST_FORMULAS:
            st.markdown(f"The JSON has {len(lines) - _MOST_FORMULAS} more.")


def _sum(members: Sequence[Member]) -> str:
    """Return a relation's LaTeX from its members."""
    text = ""
    for member in members:
        c = str(member["coefficient"])
        sign = "-" if c.startswith("-") else ("+" if text else "")
        size = c.removeprefix("-")
        above, mark, below = size.partition("/")
        number = (
            rf"\tfrac{{{above}}}{{{below}}}\," if mark else (f"{size}\\," if size != "1" else "")
        )
        text += f" {sign} {number}{member['label']}"
    return f"{text.strip()} = 0"


def _matrices(certificate: Certificate) -> None:
    name = "W" if certificate.get("kind") == "dual matrix" else "M"
    for block in certificate.get("matrices", ()):
        st.markdown(f"Matrix {name} of atom {block['atom']}:")
        names = [f"${symbol(p)}$" for p in block["parameters"]]
        table = {"Parameter": names} | {
            column: [row[i] for row in block["rows"]] for i, column in enumerate(names)
        }
        st.table(table, border="horizontal", hide_index=True, alt=f"Matrix {name}")


def _constants(certificate: Certificate) -> None:
    constants = certificate.get("constants")
    if constants:
        st.table(
            {
                "Derivative": [mixed(f"${k}$") for k in constants],
                "Constant": list(constants.values()),
            },
            border="horizontal",
            hide_index=True,
            alt="Constants",
        )


def _spot(certificate: Certificate) -> None:
    spots = certificate.get("spot")
    if not spots:
        return
    names = list(spots[0]["inputs"])
    if len(names) > 4:
        names = [name for name in names if name.startswith(("x", "y"))]
    with st.expander("Spot check by automatic differentiation, in double precision"):
        st.markdown(
            "The left side at random places, beside the largest of its terms. This decides "
            "nothing: it shows the same by another road."
            + (_ON_KINKS if not any(spot["size"] for spot in spots) else "")
        )
        st.table(
            {
                **{
                    f"${symbol(name)}$": [f"{spot['inputs'][name]:.4g}" for spot in spots]
                    for name in names
                },
                "Left side": [f"{spot['residual']:.2e}" for spot in spots],
                "Largest term": [f"{spot['size']:.2e}" for spot in spots],
            },
            border="horizontal",
            hide_index=True,
            alt="Spot check",
        )


def _data(certificate: Certificate) -> None:
    """Show the points, the functions and the inputs behind a certificate, folded away."""
    points, inputs = certificate.get("points"), certificate.get("inputs")
    functions = certificate.get("functions")
    if not (points or inputs or functions):
        return
    with st.expander("Functions, atoms and inputs of this certificate"):
        members = certificate.get("members", ())
        labels = [m["label"] if isinstance(m, Mapping) else m for m in members]
        if labels and certificate.get("determinant"):
            st.markdown(
                "Independent functions: " + mixed(", ".join(f"${label}$" for label in labels))
            )
        for number, text in enumerate(functions or (), start=1):
            st.markdown(f"Function {number}:" if len(functions or ()) > 1 else "Function:")
            st.code(text, language=None, wrap_lines=True)
        for number, point in enumerate(points or (), start=1):
            own = {name: value for name, value in point.items() if "__" not in name}
            st.markdown(f"Atom {number}: {_values(own)}.")
        if isinstance(inputs, Mapping):
            st.markdown(f"Inputs: {_values(inputs)}.")
        elif inputs:
            st.table(
                {
                    f"${symbol(name)}$": [str(row.get(name, "")) for row in inputs]
                    for name in inputs[0]
                },
                border="horizontal",
                hide_index=True,
                alt="Inputs",
            )


def _values(point: Mapping[str, Any]) -> str:
    return ", ".join(
        f"${symbol(name)} = {number_or_interval(str(value))}$" for name, value in point.items()
    )
