"""Parameters of an expert that give the same function, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from moeviz.model import Expert
from moeviz.model.symmetry import Symmetry
from moeviz.study.equal import expert_of, modulo_symmetries, moves_experts
from moeviz.study.result import Curve
from moeviz.study.specification import Specification
from moeviz.theory import Reading

LARGEST_DENOMINATOR = 12
SHOWN = 4
"""Symmetries that a sentence spells out; of more it says how many there are."""


def equal_words(spec: Specification, curve: Curve) -> str:
    """Say how a curve's reading stands to parameters that give the same function.

    Parameters
    ----------
    spec : Specification
        The curve's study.
    curve : Curve

    Returns
    -------
    str
        Sentences, each after a space; empty where there is nothing to say.
    """
    if curve.reading.of_function:
        return ""
    expert = expert_of(spec.fields, curve.expert)
    said = _symmetry_sentence(expert, curve.reading, spec["start"] == "random")
    alone = curve.function_alone
    if alone and alone[-1]:
        said += (
            f" At n = {curve.n[-1]:,} the function is learnt and the parameters are not in "
            f"{alone[-1]} of {len(curve.loss[-1])} fits: their residuals are the noise, their loss "
            "is over ten times the predicted one. Other parameters give the same function, or "
            "nearly so; the distance in L² tells what was learnt."
        )
    return said


def _symmetry_sentence(expert: Expert, reading: Reading, far_starts: bool) -> str:
    """Say which symmetries a reading allows for, or that it does not and fits may end there."""
    words = symmetry_words(expert)
    if not words:
        return ""
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    spelt = "; ".join(words[:SHOWN]) + more
    if modulo_symmetries(expert, reading):
        return f" Read modulo the expert's own symmetries: {spelt}."
    if far_starts and not moves_experts(reading):
        return f" This reading does not allow for the expert's own symmetries: {spelt}."
    return ""


def symmetry_words(expert: Expert) -> list[str]:
    """Return an expert's symmetries as maps of its predictors and scalars.

    Parameters
    ----------
    expert : Expert

    Returns
    -------
    list of str
        Such as ``t → π − t``; a period as ``t → t + 2π``.
    """
    heads = ["t"] if expert.heads == 1 else [f"t{i + 1}" for i in range(expert.heads)]
    names = [*heads, *(f"s{i + 1}" for i in range(expert.scalars))]
    words = [_map_words(one, names, expert.heads) for one in expert.symmetries.maps]
    for name, period in zip(names, expert.symmetries.periods, strict=False):
        if period:
            words.append(f"{name} → {name} + {_constant(period)}")
    return words


def _map_words(one: Symmetry, names: Sequence[str], heads: int) -> str:
    shift = one.shift or (0.0,) * len(names)
    said = []
    for place, name in enumerate(names):
        inner = place < heads
        row = one.heads[place] if inner else one.scalars[place - heads]
        own = names[:heads] if inner else names[heads:]
        terms = [(entry, own[at]) for at, entry in enumerate(row) if entry]
        terms += [
            (value, f"{names[heads + k]}·{names[column]}")
            for k, at, column, value in one.by_scalar
            if inner and at == place
        ]
        image = _sum_words(terms, shift[place])
        if image != name:
            said.append(f"{name} → {image}")
    return ", ".join(said)


def _sum_words(terms: Sequence[tuple[float, str]], constant: float) -> str:
    """Write a linear combination, terms with a plus first, such as ``π − t``."""
    parts = [
        (entry > 0, name if abs(entry) == 1 else f"{abs(entry):g}·{name}") for entry, name in terms
    ]
    if constant:
        parts.append((constant > 0, _constant(abs(constant))))
    ordered = sorted(parts, key=lambda part: not part[0])
    text = "".join((" + " if plus else " − ") + part for plus, part in ordered)
    return text.removeprefix(" + ").replace(" − ", "−", 1) if text[1] == "−" else text[3:]


def _constant(value: float) -> str:
    """Write a number, as a multiple of pi where it is one."""
    turns = Fraction(value / math.pi).limit_denominator(LARGEST_DENOMINATOR)
    if turns and abs(value / math.pi - turns) < 1e-9:
        above = "π" if turns.numerator == 1 else f"{turns.numerator}π"
        return above if turns.denominator == 1 else f"{above}/{turns.denominator}"
    return f"{value:.4g}"
