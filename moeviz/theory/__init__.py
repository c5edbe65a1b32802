"""Voronoi losses, distances, gauge, Fisher information and what the papers claim."""

from moeviz.theory.distances import DISTANCES, Distance
from moeviz.theory.gauge import GAUGES, translate
from moeviz.theory.information import (
    Reach,
    fisher_information,
    input_nodes,
    null_space,
    predicted_constants,
    reach,
)
from moeviz.theory.losses import LOSSES, Loss
from moeviz.theory.reading import Reading, Reference
from moeviz.theory.tangent import free_columns, gauge_tangent
from moeviz.theory.voronoi import cell_membership, voronoi_cells, voronoi_loss

__all__ = [
    "DISTANCES",
    "GAUGES",
    "LOSSES",
    "Distance",
    "Loss",
    "Reach",
    "Reading",
    "Reference",
    "cell_membership",
    "fisher_information",
    "free_columns",
    "gauge_tangent",
    "input_nodes",
    "null_space",
    "predicted_constants",
    "reach",
    "translate",
    "voronoi_cells",
    "voronoi_loss",
]
