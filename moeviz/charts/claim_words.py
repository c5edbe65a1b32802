"""The groups of the catalogue's claims in plain words, and what else they are looked for by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moeviz.charts.claim_words_sigmoid import SIGMOID


@dataclass(frozen=True)
class Group:
    """Claims that say one thing in several cases: dimensions, experts, numbers of classes.

    Attributes
    ----------
    title : str
        A few words.
    says : str
        What is claimed, in a sentence without its full stop.
    also : str
        Other words by which somebody may look for it.
    """

    title: str
    says: str
    also: str = ""


GROUPS: Mapping[str, Group] = {
    "S1": Group(
        "A matrix with all its entries",
        "The quadratic score may have a full matrix A and its first derivatives be independent",
        "symmetric matrix transpose antisymmetric redundant entries identifiability",
    ),
    "S2": Group(
        "Zero gates and the first set",
        "At a zero gate the first set of derivatives can be independent for some expert",
        "sparse regime second derivative A = 0 b = 0 strongly identifiable",
    ),
    "S3": Group(
        "Two atoms with one expert",
        "The definitions can hold for two atoms that differ in their offset alone",
        "shared equal expert distinct tuples offset c",
    ),
    "S4": Group(
        "Three relations of linear experts",
        "Three differential equations tie gate and expert together for linear experts alone",
        "PDE partial differential equation interaction gate expert polynomial heat",
    ),
    "S5": Group(
        "ReLU and GELU, strongly",
        "Scaled ReLU and GELU experts are strongly identifiable",
        "strong identifiability activation lambda factor",
    ),
    "S6": Group(
        "ReLU and GELU without a factor",
        "The same for experts without the factor in front, of which the paper does not speak",
        "strong identifiability activation unscaled lambda",
    ),
    "S7": Group(
        "Polynomials, not strongly",
        "Polynomial experts are not strongly identifiable",
        "strong identifiability power degree",
    ),
    "S8": Group(
        "Who is weakly identifiable",
        "Strongly identifiable experts and polynomials are weakly identifiable",
        "weak identifiability first derivatives dense regime scale of lambda activation",
    ),
    "S9": Group(
        "Who is partial-strongly identifiable",
        "The examples under Definition 3 are identifiable with a partially quadratic score",
        "partial quadratic score classes",
    ),
    "S10": Group(
        "The bound in the sparse regime",
        "Near a true zero gate the function bounds the loss, also where a cell is crowded",
        "Voronoi lower bound rate over-specified crowded cell",
    ),
    "S11": Group(
        "Equal functions, equal measures",
        "Sigmoid-gated models with the same function have the same atoms",
        "identifiability unique Proposition",
    ),
    "S12": Group(
        "Two sigmoids that make one",
        "Two sigmoids add up to one only at a zero gate, which divides sparse from dense",
        "sum of sigmoids limit infinity offset vanish",
    ),
    "S13": Group(
        "Polynomials in the sparse regime",
        "For polynomial experts some sequence makes every bound fail in the sparse regime",
        "slow minimax logarithmic rate counter-sequence Lemma 2",
    ),
    "S14": Group(
        "Attention is a mixture of experts",
        "A row of softmax or sigmoid attention is a mixture of linear experts, quadratic scores",
        "self-attention transformer head token query key value row quadratic gate",
    ),
    **{name: Group(*words) for name, words in SIGMOID.items()},
    "C1": Group(
        "A gate that ignores its length",
        "The cosine router does not change along its own direction: β₁·∂H/∂β₁ = 0",
        "homogeneity homogeneous degree 0 Euler scale radial ray norm length interaction",
    ),
    "C2": Group(
        "The same to every order",
        "Contracted with its direction, every derivative of the cosine term is zero",
        "homogeneity Euler higher derivatives induction tensor ray",
    ),
    "C3": Group(
        "A perturbation ends that",
        "With a perturbed norm the gate does change along its own direction",
        "perturbed cosine tau noise homogeneity broken ray radial length",
    ),
    "C4": Group(
        "Strongly identifiable experts",
        "ReLU, tanh, GELU and powers are strongly identifiable, linear experts are not",
        "strong identifiability second derivatives over-specified activation",
    ),
    "C5": Group(
        "Weakly identifiable experts",
        "ReLU, tanh and powers are weakly identifiable, constants are not",
        "weak identifiability first derivatives exact-specified activation gauge",
    ),
    "C6": Group(
        "The perturbed model is identifiable",
        "With the last offset pinned, equal functions mean equal atoms",
        "gauge translation common move unique Proposition pinned gate",
    ),
    "C7": Group(
        "Identifiable up to lengths",
        "Two cosine-gated models with one function differ in the gates' lengths alone",
        "scale reflection rotation gauge directions A.3 unique",
    ),
    "C8": Group(
        "The bounds of the perturbed router",
        "Near the truth the function bounds the loss, over-specified and exact",
        "Voronoi lower bound rate crowded cell tau Theorem 4 Theorem 6",
    ),
    "C9": Group(
        "The slow sequences of the cosine router",
        "Along some sequence the function moves less than any power of the loss",
        "minimax slower than any polynomial logarithmic counter-sequence length gauge",
    ),
    "M1": Group(
        "Gate and slope move together",
        "For an expert with slope zero a class's probability moves alike by gate and by slope",
        "Regime 2 PDE interaction softmax constant expert last class",
    ),
    "M2": Group(
        "Dependent over all classes",
        "That relation makes the derivatives dependent as functions of input and class",
        "Regime 2 joint linear dependence interaction",
    ),
    "M3": Group(
        "No interaction in Regime 1",
        "With slopes that are not zero, gate and expert do not interact",
        "independent derivatives slopes interaction",
    ),
    "M4": Group(
        "Which maps may modify the gate",
        "A bounded map M(X) is good if products up to order 2 of X and M are independent",
        "modified gate tanh cos sin sigmoid power log norm unit sphere bounded polynomial",
    ),
    "M5": Group(
        "The bound in Regime 1",
        "In Regime 1 the density bounds the loss near the truth",
        "Hellinger lower bound rate crowded cell Theorem 3.1",
    ),
    "M6": Group(
        "The slow sequences of Regime 2",
        "In Regime 2 the density moves less than any power of the loss",
        "minimax slower than any polynomial counter-sequence total variation Proposition 3.2",
    ),
    "M7": Group(
        "The modified gate's bound",
        "With a modified gate the bound holds whatever the experts' slopes are",
        "modified softmax gate Theorem 4.4 lower bound rate crowded cell",
    ),
    "M8": Group(
        "Equal densities, equal measures",
        "Two mixtures with one density have the same atoms",
        "identifiability unique Proposition standard modified gate",
    ),
    "M9": Group(
        "Equal densities, far apart",
        "Two mixtures with one density have the same atoms, near each other or not",
        "identifiability unique Proposition exchange swap gate opposite experts xor split cosh",
    ),
    "M10": Group(
        "The independences of the proofs",
        "The sets that the proofs of Theorems 3.1 and 4.4 take for independent are",
        "eq. 26 set F Taylor expansion density gauge Fatou Step 3 Appendix A",
    ),
    "M11": Group(
        "Huge inputs",
        "At a huge input a linear score makes the weights uniform, and a map M mends that",
        "magnitude norm normalisation limit one-hot saturation one expert takes all bounded",
    ),
    "K1": Group(
        "The condition, as written",
        "Algebraic independence with a coefficient for every ordered pair can hold",
        "ordered pairs symmetric second derivatives feed-forward network softplus",
    ),
    "K2": Group(
        "The condition for networks",
        "Softplus networks satisfy the condition with each pair once",
        "algebraic independence feed-forward FFN hidden unit",
    ),
    "K3": Group(
        "The condition fails for linear experts",
        "Linear experts do not satisfy the condition",
        "algebraic independence",
    ),
    "K4": Group(
        "The bound for a softplus unit",
        "With competition the density bounds the loss near the truth",
        "Theorem 3.2 lower bound rate crowded cell network FFN",
    ),
    "K5": Group(
        "The bound for linear experts",
        "With competition the same bound holds for linear experts",
        "Theorem K.1 lower bound rate crowded cell",
    ),
    "K6": Group(
        "A model without biases",
        "Without biases an atom to spare can share another one's weight",
        "bias offset over-specified split duplicate weight misspecified",
    ),
    "K7": Group(
        "Without competition",
        "With a linear softmax gate linear Gaussian experts interact",
        "dependent derivatives eighth rate crowded cell spread out",
    ),
    "K8": Group(
        "What a proof takes for independent",
        "The functions of the proof in Appendix L.1, for networks, are independent",
        "proof Fatou density H F softplus unit Appendix L Step 3",
    ),
    "K9": Group(
        "The same for linear experts",
        "The functions of the proof in Appendix L.2, for linear experts, are independent",
        "proof Fatou density H F linear experts Appendix L Step 3",
    ),
    "K10": Group(
        "A free step always exists",
        "An activation beyond the limit always finds another step with room",
        "A_max schedule global scheduler layers steps deferred pigeonhole Appendix C capacity",
    ),
}
"""The groups, by the number that their claims' ids begin with."""

SILENT = frozenset({"S6"})
"""Groups of which the papers say nothing: the question is the catalogue's own."""

ALSO: Mapping[str, str] = {
    "C7.k2.d2": "reflection of two directions, which change places and sign: a mirror image",
    "C7.k3.d2": "three atoms in two dimensions: no reflection, no rotation",
    "C7.k2.d3": "rotation of two directions about their difference, a turn",
    "C8.tau2": "perturbation of the input's norm is needed",
    "C9.gauge": "after the gauge is fixed, more than the unseen length",
    "S12.limit": "sign of infinity, typographical: minus instead of plus",
    "M1.K2.last": "last class, whose slope is pinned to zero",
    "M1.K3.last": "last class, whose slope is pinned to zero",
    "M4.log.bounded": "logarithm unbounded at zero",
}
"""Words that tell one claim from the others of its group."""


def group_of(claim: str) -> str:
    """Return the group that a claim belongs to.

    Parameters
    ----------
    claim : str
        Its id.
    """
    return claim.partition(".")[0]
