"""The ground floor: scores, gates, experts, outputs, mixing measures and their derivatives."""

from moeviz.model.experts import EXPERTS, Expert, make_expert
from moeviz.model.gates import GATES, Gate
from moeviz.model.measure import Layout, MixingMeasure
from moeviz.model.mixture import Features, Mixture, make_mixture
from moeviz.model.moments import Moments, moments
from moeviz.model.outputs import OUTPUTS, GaussianRegression
from moeviz.model.registry import Registry
from moeviz.model.scores import SCORES, Constant, Domain, Score, make_score

__all__ = [
    "EXPERTS",
    "GATES",
    "OUTPUTS",
    "SCORES",
    "Constant",
    "Domain",
    "Expert",
    "Features",
    "Gate",
    "GaussianRegression",
    "Layout",
    "MixingMeasure",
    "Mixture",
    "Moments",
    "Registry",
    "Score",
    "make_expert",
    "make_mixture",
    "make_score",
    "moments",
]
