"""The loss that is taken apart, typeset: every term of every cell with its numbers."""

from __future__ import annotations

from moeviz.charts.closeness import Setup, taken_apart
from moeviz.charts.closeness_atoms import KINDS
from moeviz.charts.closeness_words import printed_name
from moeviz.charts.formula import equation
from moeviz.model.formula import Mark, bracketed, marked, meaning
from moeviz.theory.terms import Row

LEAST = 1e-4
"""Terms below it are left out."""

_PLUS, _EQUALS, _TIMES = "<mo>+</mo>", "<mo>=</mo>", "<mo>·</mo>"


def closeness_formula(setup: Setup) -> str:
    """Return the first loss, cell by cell and as their sum, as MathML inside of spans.

    Each number says what it is: an atom's weight, a distance, an exponent.

    Parameters
    ----------
    setup : Setup
    """
    loss, terms = taken_apart(setup)
    total = float(terms.total().reshape(-1)[0])
    cells: dict[int, list[Row]] = {}
    for row in terms.rows():
        if row["value"] >= LEAST:
            cells.setdefault(row["cell"], []).append(row)
    found, sums = [], []
    for cell, rows in cells.items():
        value = sum(row["value"] for row in rows)
        name = f"what cell {cell + 1} adds to the loss: {value:.3f}"
        equals = _EQUALS + _number(value, name, f"cell-{cell}", 3)
        shown = _PLUS.join(_term(setup, row) for row in rows)
        found.append(equation(shown + equals, f"cell {cell + 1}"))
        sums.append(_number(value, name, f"cell-{cell}", 3))
    ends = "<mo>,</mo>".join(
        (
            marked(Mark("Ĝ", "", f"the fit: {len(setup.fit)} atoms")),
            marked(Mark("G*", "", f"the truth: {len(KINDS[setup.kind].truth)} atoms")),
        )
    )
    name = meaning(f"<mi>{printed_name(loss.name)}</mi>", f"{loss.title}: {total:.3f}", "loss")
    whole = _PLUS.join(sums) + _EQUALS if len(sums) > 1 else ""
    right = _number(total, f"the loss of this fit: {total:.3f}", "total", 3)
    return "".join([equation(f"{name}{bracketed(ends)}{_EQUALS}{whole}{right}"), *found])


def _term(setup: Setup, row: Row) -> str:
    """Return one term: how far a cell's weight is off, or weight times distance to a power."""
    cell, place = row["cell"] + 1, f"{row['cell']}-{row['atom']}-{row['part']}"
    if row["atom"] is None:
        words = f"by how much the weight of cell {cell} is off: {row['distance']:.2f}"
        return _number(row["distance"], words, place)
    who, part = f"fit {row['atom'] + 1}", _PARTS.get(row["part"], row["part"].replace("_", " "))
    words = f"how far {who} is from true atom {cell} in {part}: {row['distance']:.2f}"
    distance = _number(row["distance"], words, place)
    if row["exponent"] != 1.0:
        power = f"<mn>{row['exponent']:g}</mn>"
        why = f"exponent of {part} in cell {cell}: {row['exponent']:g}"
        distance = f"<msup>{distance}{meaning(power, why, f'power-{place}')}</msup>"
    if row["weight"] == 1.0:
        return distance
    words = f"weight of this term of {who}: {row['weight']:.2f}"
    return f"{_number(row['weight'], words, f'weight-{place}')}{_TIMES}{distance}"


def _number(value: float, words: str, key: str, digits: int = 2) -> str:
    return meaning(f"<mn>{value:.{digits}f}</mn>", words, f"cells-{key}")


_PARTS = {
    "beta1": "β",
    "b_gate": "b",
    "nu": "its variance",
    "gate": "the gate",
    "expert": "the expert",
}
"""What a distance is of, in words."""
