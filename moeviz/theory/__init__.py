"""Voronoi losses, gauge, Fisher information and what the papers claim."""

from moeviz.theory.gauge import GAUGES, gauge_tangent, translate
from moeviz.theory.information import (
    Reach,
    fisher_information,
    input_nodes,
    null_space,
    predicted_constants,
    reach,
)
from moeviz.theory.reading import Reading
from moeviz.theory.voronoi import LOSSES, Loss, cell_membership, voronoi_cells, voronoi_loss

__all__ = [
    "GAUGES",
    "LOSSES",
    "Loss",
    "Reach",
    "Reading",
    "cell_membership",
    "fisher_information",
    "gauge_tangent",
    "input_nodes",
    "null_space",
    "predicted_constants",
    "reach",
    "translate",
    "voronoi_cells",
    "voronoi_loss",
]
