"""Small pictures of what routers, gates and experts do: SVG, computed from the models themselves.

A picture takes its colours from the page: the class ``first`` is the line to look at, ``second``
what it is held against, ``ground`` the axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from moeviz.model import EXPERTS, GATES, SCORES, make_mixture

WIDTH, HEIGHT = 120, 56
_EDGE = 4
_POINTS = 97
_LONGER = 4.0
"""How many times longer the gate vectors of the second line of a router's picture are."""


@lru_cache(maxsize=256)
def router_picture(name: str) -> str:
    """Draw the weight of the first of two experts as the input goes round a circle.

    The second line is of gate vectors four times as long, which a router may or may not see.

    Parameters
    ----------
    name : str
        In the registry of scores.

    Raises
    ------
    UnknownNameError
        If there is no such router.
    """
    mixture = make_mixture(SCORES[name].name, "softmax", "linear", "regression")
    layout = mixture.layout(2, 2)
    angle = torch.linspace(0.0, 2.0 * math.pi, _POINTS, dtype=torch.float64)
    x = 1.3 * torch.stack((angle.cos(), angle.sin()))
    theta = torch.zeros(2, layout.size, dtype=torch.float64)
    for atom in range(2):
        for block, shift in (("gate", 0.4), ("expert", 1.1)):
            columns = layout.column(atom, block)
            entries = torch.arange(columns.stop - columns.start, dtype=torch.float64)
            theta[:, columns] = torch.cos(shift + 2.2 * atom + 1.7 * entries)
            if block == "gate" or mixture.score.reads_expert:
                theta[1, columns] *= _LONGER
    weights = mixture.values(theta, mixture.features(x)).weights[:, 0]
    return _picture([weights[0], weights[1]], low=0.0, high=1.0)


@lru_cache(maxsize=256)
def gate_picture(name: str) -> str:
    """Draw the weights of three experts as the score of the first one rises.

    The others' scores are 0.6 and -0.6; of more than two experts a gate may drop some.

    Parameters
    ----------
    name : str
        In the registry of gates.

    Raises
    ------
    UnknownNameError
        If there is no such gate.
    """
    score = torch.linspace(-3.0, 3.0, _POINTS, dtype=torch.float64)
    scores = torch.stack([score, torch.full_like(score, 0.6), torch.full_like(score, -0.6)])
    weights = GATES[name]().weights(scores)
    return _picture([weights[0], weights[1], weights[2]], low=0.0, high=1.0)


@lru_cache(maxsize=256)
def expert_picture(name: str) -> str:
    """Draw an expert over its predictor, with a line through 0.

    Of several predictors each is a shifted copy, of several scalars each is near 1.

    Parameters
    ----------
    name : str
        In the registry of experts.

    Raises
    ------
    UnknownNameError
        If there is no such expert.
    """
    expert = EXPERTS[name]()
    t = torch.linspace(-3.0, 3.0, _POINTS, dtype=torch.float64)
    heads = [t * (-1.0) ** unit - unit for unit in range(expert.heads)]
    scalars = [torch.full((1,), 1.0 - 0.4 * unit).double() for unit in range(expert.scalars)]
    value, _, _ = expert.value_and_slopes(heads, scalars)
    value = value.expand_as(t)
    low, high = min(0.0, float(value.amin())), max(0.0, float(value.amax()))
    return _picture([value], low, high, zero=True)


def curve_picture(curves: Sequence[Sequence[tuple[float, float]]]) -> str:
    """Draw measured curves without axes, as a study's thumbnail.

    Parameters
    ----------
    curves : sequence of sequence of (float, float)
        Points; all finite. At least two of them lie apart in both directions.
    """
    every = [point for curve in curves for point in curve]
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    low, high = min(y for _, y in every), max(y for _, y in every)
    lines = [
        [
            (_across((x - left) / (right - left or 1.0)), _down((y - low) / (high - low or 1.0)))
            for x, y in curve
        ]
        for curve in curves
    ]
    return _svg(_lines(lines, dots=True))


def drawing(*shapes: str) -> str:
    """Return a picture made of SVG shapes, in a frame of 120 by 56.

    Parameters
    ----------
    *shapes : str
        SVG elements.
    """
    return _svg("".join(shapes))


def _picture(lines: Sequence[Tensor], low: float, high: float, zero: bool = False) -> str:
    span = high - low or 1.0
    ground = f'<path class="ground" d="M{_EDGE} {_down(-low / span)}H{WIDTH - _EDGE}"/>'
    if zero:
        ground += f'<path class="ground" d="M{WIDTH // 2} {_EDGE}V{HEIGHT - _EDGE}"/>'
    drawn = [
        [
            (_across(step / (len(line) - 1)), _down((value - low) / span))
            for step, value in enumerate(line.tolist())
        ]
        for line in lines
    ]
    return _svg(ground + _lines(drawn))


def _lines(lines: Sequence[Sequence[tuple[float, float]]], dots: bool = False) -> str:
    names = ("first", "second", "third")
    text = ""
    for index, points in reversed(list(enumerate(lines))):
        name = names[min(index, len(names) - 1)]
        steps = "L".join(f"{x:g} {y:g}" for x, y in points)
        text += f'<path class="{name}" d="M{steps}"/>'
        if dots:
            text += "".join(
                f'<circle class="{name}" cx="{x:g}" cy="{y:g}" r="2"/>' for x, y in points
            )
    return text


def _across(share: float) -> float:
    return round(_EDGE + share * (WIDTH - 2 * _EDGE), 1)


def _down(share: float) -> float:
    return round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)


def _svg(content: str) -> str:
    return (
        f'<svg class="moeviz-small" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" '
        f'focusable="false">{content}</svg>'
    )
