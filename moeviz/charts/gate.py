"""What the length of the gate vectors does to the gate: the home page's live picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from moeviz.charts.palette import Theme, canvas, style
from moeviz.model import SCORES, make_gate, make_score

ROUTERS = tuple(name for name, score in SCORES.items() if score.featured)
NORMS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
REFERENCE_NORM = 1.0
FIRST_NORM = 0.1
PERTURBATION = {"tau1": 0.5, "tau2": 0.1}

_DEGREES = (90.0, 250.0)
_SAMPLES = 181


@dataclass(frozen=True)
class GateView:
    """The weight of the first of two experts as the input turns once round the origin.

    Attributes
    ----------
    router, title, formula : str
        Name in the registry of scores, name for people, LaTeX.
    degrees : list of float, length 181
        Direction of the input x, which has length 1.
    weight : list of float, length 181
        The gate's weight at each direction.
    reference : list of float, length 181
        The same with the reference length of the gate vectors, 1.
    """

    router: str
    title: str
    formula: str
    degrees: list[float]
    weight: list[float]
    reference: list[float]

    @property
    def change(self) -> float:
        """Largest change of the weight over all directions, between 0 and 1."""
        return max(abs(a - b) for a, b in zip(self.weight, self.reference, strict=True))


def gate_view(router: str, norm: float) -> GateView:
    """Compute the softmax gate of two experts whose gate vectors have length `norm`.

    Parameters
    ----------
    router : str
        A name in the registry of scores.
    norm : float
        Length of both gate vectors, positive; their directions stay.

    Returns
    -------
    GateView

    Raises
    ------
    UnknownNameError
        If there is no such router.
    """
    score = make_score(router, **PERTURBATION)
    gate = make_gate("softmax")
    degrees = torch.linspace(0.0, 360.0, _SAMPLES, dtype=torch.float64)
    x = _directions(degrees).T
    beta = _directions(torch.tensor(_DEGREES, dtype=torch.float64))

    def weight_of_first(length: float) -> list[float]:
        scores = score.coordinates(length * beta) @ score.features(x)
        weights: list[float] = gate.weights(scores)[0].tolist()
        return weights

    return GateView(
        router=router,
        title=score.title,
        formula=score.formula,
        degrees=degrees.tolist(),
        weight=weight_of_first(norm),
        reference=weight_of_first(REFERENCE_NORM),
    )


def gate_figure(view: GateView, norm: float, theme: Theme) -> dict[str, Any]:
    """Draw a gate over the direction of the input, with the reference behind it.

    Parameters
    ----------
    view : GateView
        What to draw.
    norm : float
        The length that `view` was computed for; used in the legend.
    theme : Theme
        Colours.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``.
    """
    look = style(ROUTERS.index(view.router) if view.router in ROUTERS else 0, theme)
    axis = {"gridcolor": theme.grid, "zeroline": False, "linecolor": theme.quiet, "showline": True}
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"‖β‖ = {norm:g}",
                "x": view.degrees,
                "y": view.weight,
                "line": {"color": look.colour, "width": 5, "simplify": False},
                "hovertemplate": "direction %{x:.0f}°, weight %{y:.3f}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"‖β‖ = {REFERENCE_NORM:g}",
                "x": view.degrees,
                "y": view.reference,
                "line": {"color": theme.text, "width": 2.5, "dash": "7px,6px", "simplify": False},
                "hoverinfo": "skip",
            },
        ],
        "layout": {
            **canvas(theme, 17),
            "margin": {"l": 70, "r": 12, "t": 40, "b": 64},
            "height": 350,
            "showlegend": True,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "xaxis": {
                **axis,
                "title": {"text": "direction of the input x"},
                "range": [-4, 364],
                "tickvals": [0, 90, 180, 270, 360],
                "ticktext": ["0°", "90°", "180°", "270°", "360°"],
                "fixedrange": True,
            },
            "yaxis": {
                **axis,
                "title": {"text": "weight of expert 1"},
                "range": [-0.02, 1.02],
                "tickvals": [0, 0.25, 0.5, 0.75, 1],
                "fixedrange": True,
            },
        },
    }


def _directions(degrees: torch.Tensor) -> torch.Tensor:
    radians = degrees * (math.pi / 180.0)
    return torch.stack((radians.cos(), radians.sin()), dim=-1)
