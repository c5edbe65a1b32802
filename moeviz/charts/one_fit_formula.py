"""The fitted model of one fit at a step, typeset: each number says whose it is."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from moeviz.charts.formula import equation
from moeviz.charts.truth_formula import truth_equations
from moeviz.model import Domain
from moeviz.model.formula import Mark, bracketed, marked, meaning
from moeviz.model.reading import numbers_of
from moeviz.study.one_fit import OneFit
from moeviz.study.one_fit_models import HIGH, LOW, SmallModel
from moeviz.text import signed

_SPACE = '<mspace width="0.2em"/>'
_APPLY = "<mo>&#x2061;</mo>"
_X = marked(Mark("x", "", "input"))


def one_fit_formula(found: OneFit, place: int) -> str:
    """Return the model, and what is fitted at one of the walk's frames, as MathML in spans.

    Parameters
    ----------
    found : OneFit
    place : int
        Of the frame.
    """
    model, atoms = found.model, found.walk.atoms[place]
    truth = torch.tensor(model.truth, dtype=torch.float64)
    measures = {"true expert": truth, "fitted expert": atoms}
    mixture = model.mixture(found.asked.noise)
    setting = truth_equations(mixture, model.layout(len(atoms)), measures, 1, (LOW, HIGH))
    return "".join([*setting, equation(_fitted(model, atoms.tolist()), "fitted")])


def _fitted(model: SmallModel, atoms: Sequence[Sequence[float]]) -> str:
    weights, parts = [], []
    for i, atom in enumerate(atoms, start=1):
        said = {name: _said(value, name, i) for name, value in zip(model.names, atom, strict=True)}
        weight = f"<msup><mi>e</mi><mrow>{_score(model, atom, said)}</mrow></msup>"
        weights.append(weight)
        parts.append(weight + _SPACE + _expert(model, said))
    density = f"<mover><mi>p</mi><mo>̂</mo></mover>{bracketed(f'<mi>y</mi><mo>|</mo>{_X}')}"
    left = density if model.density else f"<mover><mi>f</mi><mo>̂</mo></mover>{bracketed(_X)}"
    above, below = "<mo>+</mo>".join(parts), "<mo>+</mo>".join(weights)
    return f"{left}<mo>=</mo><mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"


def _score(model: SmallModel, atom: Sequence[float], said: dict[str, str]) -> str:
    """Return an atom's score of x; the signs of terms that follow another are in their numbers."""
    beta, offset = (said[name] for name in model.names[:2])
    score = model.mixture().score
    line = f"{beta}{_X}"
    if score.domain is Domain.SPHERE:
        line = f"<mi>sign</mi>{_APPLY}{bracketed(line)}"
    elif score.domain is Domain.BALL:
        taus = numbers_of(score)
        length = meaning(f"<mn>{signed(abs(atom[0]))}</mn>", "length of β", "fit-length")
        below = bracketed(f"{length}<mo>+</mo><mn>{taus['tau1']:g}</mn>") + bracketed(
            f"<mo>|</mo>{_X}<mo>|</mo><mo>+</mo><mn>{taus['tau2']:g}</mn>"
        )
        line = f"<mfrac><mrow>{line}</mrow><mrow>{below}</mrow></mfrac>"
    return line if signed(atom[1]) == "0.00" else f"{line}<mo>+</mo>{offset}"


def _expert(model: SmallModel, said: dict[str, str]) -> str:
    line = f"{said['a']}{_X}<mo>+</mo>{said['b']}"
    if model.density:
        inside = f"<mi>y</mi><mo>;</mo>{line}<mo>,</mo>{said['ν']}"
        return f"<mi>N</mi>{_APPLY}{bracketed(inside)}"
    tanh = f"<mi>tanh</mi>{_APPLY}" if model.expert == "tanh" else ""
    return tanh + bracketed(line)


def _said(value: float, name: str, atom: int) -> str:
    """Return a parameter's number, in brackets if it is negative, with its name."""
    text = signed(value, 3 if name == "ν" else 2)
    number = f"<mn>{text}</mn>"
    shown = bracketed(number) if text.startswith("−") else number
    return meaning(shown, f"{name} of fitted atom {atom}: {text}", f"fit-{atom}-{name}")
