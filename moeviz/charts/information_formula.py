"""Predicted error, reach and information of a design, typeset with today's numbers."""

from __future__ import annotations

import math
from functools import lru_cache

from moeviz.charts.designs_seen import Moved, Seen, look
from moeviz.charts.formula import equation
from moeviz.charts.information_panels import reach_words
from moeviz.charts.truth_formula import truth_equations
from moeviz.charts.words import number
from moeviz.model.formula import Mark, bracketed, marked
from moeviz.theory.information import TARGET


@lru_cache(maxsize=64)
def information_formula(seen: Seen, moved: Moved) -> str:
    """Return what the picture computes, as MathML inside of spans, and the model that it is of.

    Parameters
    ----------
    seen : Seen
    moved : Moved
    """
    found, setup = look(seen, moved, False), moved.of(seen)
    finite = math.isfinite(found.constant)
    c = Mark("C", "", "constant of the predicted error: " + (
        f"C = {number(found.constant)}" if finite else "none, for a direction is lost"
    ))  # fmt: skip
    n = Mark("n", "", "number of observations")
    said = f"reach: n = {reach_words(found.reach)}" if finite else "reach: there is none"
    reach = marked(Mark("n", "0", said))
    root = f"<msqrt>{marked(n)}</msqrt>"
    squared = (
        f"<msup>{bracketed(f'<mfrac>{marked(c)}<mn>{TARGET:g}</mn></mfrac>')}<mn>2</mn></msup>"
    )
    size = f"<mo>=</mo><mn>{reach_words(found.reach)}</mn>"
    equations = [
        equation(f"<mi>error</mi>{bracketed(marked(n))}<mo>=</mo><mfrac>{marked(c)}{root}</mfrac>"),
        equation(f"{reach}<mo>=</mo>{squared}{size}", "reach"),
        equation(_information(seen, moved, found.nodes, len(found.values)), "information"),
    ]
    ends = (setup.low, setup.high)
    atoms = setup.theta.reshape(setup.layout.atoms, -1)
    model = truth_equations(setup.mixture, setup.layout, {"expert": atoms}, setup.dimension, ends)
    return "".join(equations + model)


def _information(seen: Seen, moved: Moved, nodes: int, parameters: int) -> str:
    """Return the definition of the information of one observation."""
    matrix = marked(Mark("I", "", f"information of one observation: {parameters} by {parameters}"))
    mean = marked(Mark("E", "", f"mean over inputs, computed over {nodes:,} of them"))
    if seen.noise is None:
        what = f"derivatives of log p by the {parameters} free parameters, at the truth"
        row = Mark("S", "", what)
        return f"{matrix}<mo>=</mo>{mean}{_square(row)}"
    row = Mark("J", "", f"derivatives of f by the {parameters} free parameters, at the truth")
    noise = seen.noise * 2.0**moved.noise
    sigma = marked(Mark("σ", "", f"standard deviation of the noise: σ = {number(noise)}"))
    return (
        f"{matrix}<mo>=</mo><mfrac><mn>1</mn><msup>{sigma}<mn>2</mn></msup></mfrac>"
        f"{mean}{_square(row)}"
    )


def _square(row: Mark) -> str:
    inside = f"{marked(row)}<msup>{marked(row)}<mi>⊤</mi></msup>"
    return f'<mrow><mo lspace="0">[</mo>{inside}<mo>]</mo></mrow>'
