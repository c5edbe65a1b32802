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
from moeviz.theory.losses import LOSS_FAMILIES, LOSSES, Loss
from moeviz.theory.reading import Reading, Reference
from moeviz.theory.sight import Setup, Sight, sight
from moeviz.theory.tangent import free_columns, gauge_tangent
from moeviz.theory.terms import Terms, voronoi_loss
from moeviz.theory.voronoi import cell_membership, tied, voronoi_cells

__all__ = [
    "DISTANCES",
    "GAUGES",
    "LOSSES",
    "LOSS_FAMILIES",
    "Distance",
    "Loss",
    "Reach",
    "Reading",
    "Reference",
    "Setup",
    "Sight",
    "Terms",
    "cell_membership",
    "fisher_information",
    "free_columns",
    "gauge_tangent",
    "input_nodes",
    "null_space",
    "predicted_constants",
    "reach",
    "sight",
    "tied",
    "translate",
    "voronoi_cells",
    "voronoi_loss",
]
