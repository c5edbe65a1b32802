"""A step of a slow sequence, typeset with its numbers."""

from __future__ import annotations

from functools import lru_cache

import torch

from moeviz.charts.formula import equation
from moeviz.charts.sequences import step_name
from moeviz.charts.truth_formula import truth_equations
from moeviz.charts.walks import power_of_ten
from moeviz.model.formula import Mark, bracketed, marked
from moeviz.symbolic.catalogue.course import PLACES, Stage, course

_DIGITS = 5


@lru_cache(maxsize=128)
def sequence_formula(name: str, power: int, at: float) -> str:
    """Return the ratio of a step and the model that it is of, as MathML inside of spans.

    Parameters
    ----------
    name : str
        One of :data:`moeviz.symbolic.catalogue.walked.SEQUENCES`.
    power : int
        The loss's exponent in crowded cells.
    at : float
        Which step: log2 of 1/epsilon, or about that of n.
    """
    found = course(name, power)
    slow = found.slow
    stage = min(found.stages, key=lambda each: abs(each.halvings - at))
    true = torch.tensor([atom.values for atom in found.truth], dtype=torch.float64)
    fitted = torch.tensor([atom.values for atom in stage.atoms], dtype=torch.float64)
    (ends,) = [(float(a), float(b)) for x, a, b in slow.certificate["support"] if x != "y"][:1]
    model = truth_equations(
        slow.mixture,
        slow.mixture.layout(len(fitted), slow.dimension),
        {"true expert": true, "fitted expert": fitted},
        slow.dimension,
        ends,
        _DIGITS,
    )
    return "".join([equation(_ratio(stage, found.exact, power), step_name(stage)), *model])


def _ratio(stage: Stage, exact: bool, power: int) -> str:
    change = 0.0 if exact else stage.change
    g = marked(Mark("G", "", f"fitted atoms at {step_name(stage)}"))
    true = marked(Mark("G", "*", "true atoms"))
    f = marked(Mark("f", "", "what the atoms say about y: function, density or probabilities"))
    norm = marked(Mark("‖", "", f"root of the mean square over {PLACES} inputs"))
    loss = marked(Mark("D", "r", f"loss of the atoms; r = {power} in crowded cells"))
    above = f"{norm}<msub>{f}{g}</msub><mo>−</mo><msub>{f}{true}</msub>{norm}"
    below = f"{loss}{bracketed(f'{g}<mo>,</mo>{true}')}"
    names = f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"
    numbers = f"<mfrac>{_number(change)}{_number(stage.loss)}</mfrac>"
    return f"{names}<mo>=</mo>{numbers}<mo>=</mo>{_number(change / stage.loss)}"


def _number(value: float) -> str:
    return f"<mn>{power_of_ten(value) if value else '0'}</mn>"
