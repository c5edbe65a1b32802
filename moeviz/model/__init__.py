"""The ground floor: scores, gates, experts, outputs, mixing measures and their derivatives."""

from moeviz.model import (  # noqa: F401 (they register)
    competition,
    custom,
    custom_expert,
    modified,
    quadratic,
    scaled,
)
from moeviz.model.affinities import AFFINITIES, Affinity, make_affinity
from moeviz.model.attention import Attention, AttentionMixture, Head, as_experts, attention_rows
from moeviz.model.categorical import Categorical
from moeviz.model.complete import CompleteMoments, complete_moments
from moeviz.model.constants import AnyConstant, Constant, TextConstant
from moeviz.model.contest import RISKS, Contest, Risk, compete
from moeviz.model.experts import EXPERTS, ActivationExpert, Expert, make_expert
from moeviz.model.gates import GATES, Gate, make_gate
from moeviz.model.measure import Layout, MixingMeasure, Part
from moeviz.model.mixture import Features, Mixture, make_mixture
from moeviz.model.moments import Moments, moments
from moeviz.model.output import Output
from moeviz.model.outputs import (
    OUTPUTS,
    GaussianDensity,
    GaussianRegression,
    make_output,
)
from moeviz.model.registry import Registry
from moeviz.model.routings import ROUTINGS, Routing, make_routing
from moeviz.model.scores import SCORES, Domain, FlatScore, Score, make_score

__all__ = [
    "AFFINITIES",
    "EXPERTS",
    "GATES",
    "OUTPUTS",
    "RISKS",
    "ROUTINGS",
    "SCORES",
    "ActivationExpert",
    "Affinity",
    "AnyConstant",
    "Attention",
    "AttentionMixture",
    "Categorical",
    "CompleteMoments",
    "Constant",
    "Contest",
    "Domain",
    "Expert",
    "Features",
    "FlatScore",
    "Gate",
    "GaussianDensity",
    "GaussianRegression",
    "Head",
    "Layout",
    "MixingMeasure",
    "Mixture",
    "Moments",
    "Output",
    "Part",
    "Registry",
    "Risk",
    "Routing",
    "Score",
    "TextConstant",
    "as_experts",
    "attention_rows",
    "compete",
    "complete_moments",
    "make_affinity",
    "make_expert",
    "make_gate",
    "make_mixture",
    "make_output",
    "make_routing",
    "make_score",
    "moments",
]
