"""Rates that a paper claims for a curve, and what theory says of the parts that it splits into."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.model import GATES, SCORES, Domain
from moeviz.model.custom import CUSTOM
from moeviz.theory.distances import DISTANCES
from moeviz.theory.gauge import GAUGES
from moeviz.theory.losses import LOSSES
from moeviz.theory.reading import Reading


@dataclass(frozen=True)
class Claim:
    """What theory says of one curve.

    Attributes
    ----------
    exponent : float or None
        The loss falls as n to this power; None where no power of n is claimed.
    text : str
        One sentence for people; log factors are left out.
    source : str
        Paper key and place, or "moeviz" where the statement is this project's.
    """

    exponent: float | None
    text: str
    source: str


@dataclass(frozen=True)
class Setting:
    """What a claim depends on.

    Attributes
    ----------
    router, gate, expert, output : str
        Names in the registries.
    degree : int
        Degree of a polynomial expert.
    over_specified : bool
        Whether more experts are fitted than are true.
    misspecified : bool
        Whether the data come from another model.
    sparse : bool
        Whether some true gate is zero.
    flat : bool
        Whether some true expert has zero slopes (Regime 2).
    jumps : bool
        Whether the gate keeps only some of the fitted experts, so that the function jumps where
        one takes over from another.
    """

    router: str
    gate: str
    expert: str
    output: str = "regression"
    degree: int = 2
    over_specified: bool = False
    misspecified: bool = False
    sparse: bool = False
    flat: bool = False
    jumps: bool = False

    @property
    def linear_expert(self) -> bool:
        """Whether the expert is linear in its input."""
        return self.expert == "linear" or (self.expert == "polynomial" and self.degree == 1)

    @property
    def own_formula(self) -> bool:
        """Whether its score or its expert is a formula of the visitor's."""
        return CUSTOM in (self.router, self.expert)

    @property
    def forgets_length(self) -> bool:
        """Whether the router does not see its gates' lengths."""
        return SCORES[self.router].domain is Domain.SPHERE


ROOT_N = -0.5
ARBITRARILY_SLOW = (
    "The paper's minimax bound: over all truths at once, no power of n holds; it does not "
    "speak of one fixed truth."
)
INFORMATION = (
    "Off the gauge the information matrix is positive definite, so the error falls like one over "
    "the square root of n."
)
JUMPS = (
    "The function jumps where one expert takes over from another, and the derivatives that the "
    "fits follow do not see it; no theorem speaks of such fits."
)
NO_DIRECTION = (
    "A zero gate has no direction, so the cosine router has no score and no derivative there; no "
    "theorem speaks of it."
)
CROWDED = (
    "The loss, which squares distances in crowded cells, falls like one over the square root of "
    "n: crowded experts themselves like n to the power of -1/4."
)


def claimed_rate(setting: Setting, reading: Reading) -> Claim:
    """Return what is claimed for a curve.

    Parameters
    ----------
    setting : Setting
    reading : Reading
        Loss and gauge of the curve.

    Returns
    -------
    Claim
    """
    if reading.loss == "radial":
        return Claim(
            0.0,
            "No data show a gate's length, so this part stays where the start left it.",
            "cosine eq. 4",
        )
    if setting.jumps:
        return Claim(None, JUMPS, "moeviz")
    if reading.loss in DISTANCES:
        return _function(setting, reading)
    if _at_zero_gate(setting, reading):
        return Claim(None, NO_DIRECTION, "moeviz")
    if reading.loss in ("gate", "expert") and setting.over_specified:
        return _crowded_block(claimed_rate(setting, Reading("L2", reading.gauge)))
    if setting.own_formula:
        return _own_formula(setting, reading)
    if setting.output == "categorical":
        return _multinomial(setting, reading)
    if setting.output == "gaussian":
        return _gaussian(setting, reading)
    if not GATES[setting.gate].normalised:
        return _sigmoid(setting)
    if setting.misspecified:
        return Claim(
            None,
            "These papers prove nothing for a softmax gate that is fitted to data of another "
            "model.",
            "moeviz",
        )
    if setting.over_specified:
        return _cosine_over(setting, reading)
    return _exact(setting, reading)


def _at_zero_gate(setting: Setting, reading: Reading) -> bool:
    """Return whether a claim would need a derivative at a zero gate without direction.

    The papers' bounds for gates of free length are about all truths at once and need none.
    """
    if not (setting.forgets_length and setting.sparse) or setting.misspecified:
        return False
    bounded = setting.over_specified or not _sees_function_only(reading)
    return not GATES[setting.gate].normalised or not bounded


def _own_formula(setting: Setting, reading: Reading) -> Claim:
    source = "moeviz"
    if setting.over_specified or setting.misspecified:
        return Claim(
            None,
            "No paper speaks of a formula of your own; whether its interactions make crowded "
            "experts slow is for the checker to decide.",
            source,
        )
    if GATES[setting.gate].normalised and not _sees_function_only(reading):
        return Claim(None, "The common shift of the gates is not fixed.", source)
    return Claim(ROOT_N, INFORMATION, source)


def _crowded_block(whole: Claim) -> Claim:
    """Return the claim for one block's plain distances, which crowded cells rule."""
    if whole.exponent is None:
        return whole
    return Claim(
        0.5 * whole.exponent,
        "Plain distances are ruled by crowded cells, whose parameters fall like n to the power of "
        "-1/4.",
        whole.source,
    )


def _sees_function_only(reading: Reading) -> bool:
    return GAUGES[reading.gauge].complete and not LOSSES[reading.loss].sees_gauge


def _function(setting: Setting, reading: Reading) -> Claim:
    if setting.misspecified:
        return Claim(
            0.0,
            "The fitted model does not contain the truth, so the distance to it stops at that of "
            "the best approximation.",
            "moeviz",
        )
    sources = {
        "categorical": "multinomial Props. 2.2 and 4.3",
        "gaussian": "compete Prop. 3.1",
    }
    fallback = "sigmoid eq. 7" if setting.gate == "sigmoid" else "cosine Theorems 1 and 3"
    return Claim(
        ROOT_N,
        "The function itself is learnt at the parametric rate, whatever its parameters do.",
        sources.get(setting.output, fallback),
    )


def _exact(setting: Setting, reading: Reading) -> Claim:
    if _sees_function_only(reading):
        source = "cosine Theorem 6" if setting.router == "perturbed-cosine" else "moeviz"
        return Claim(ROOT_N, INFORMATION, source)
    if setting.forgets_length:
        return Claim(None, ARBITRARILY_SLOW, "cosine Theorem 5")
    if setting.router == "perturbed-cosine":
        return Claim(
            ROOT_N,
            "The paper claims the parametric rate with one offset pinned, but a common shift of "
            "the gates is still free, so the loss stops falling where the start left that shift.",
            "cosine Theorem 6",
        )
    return Claim(
        None,
        "These papers claim nothing for this router with an exact number of experts.",
        "moeviz",
    )


def _cosine_over(setting: Setting, reading: Reading) -> Claim:
    if setting.forgets_length and not _sees_function_only(reading):
        return Claim(None, ARBITRARILY_SLOW, "cosine Theorem 2")
    if setting.linear_expert:
        return Claim(None, ARBITRARILY_SLOW, "cosine Table 1")
    if setting.router == "linear" and setting.expert == "polynomial":
        return Claim(None, ARBITRARILY_SLOW, "cosine Table 1")
    if setting.forgets_length:
        return Claim(
            None,
            "The paper's slow bound lives on the gates' lengths; once these are fixed it says "
            "nothing of the rest.",
            "cosine Theorem 2",
        )
    if setting.router in ("perturbed-cosine", "linear"):
        return Claim(
            ROOT_N, f"For a strongly identifiable expert: {CROWDED[0].lower()}{CROWDED[1:]}",
            "cosine Theorem 4 and Table 1",
        )  # fmt: skip
    return Claim(None, "These papers claim nothing for this router and gate.", "moeviz")


def _sigmoid(setting: Setting) -> Claim:
    partial = setting.router == "partial-quadratic"
    if setting.sparse and setting.over_specified:
        polynomial = setting.expert == "polynomial" or setting.linear_expert
        if polynomial and not partial:
            return Claim(None, ARBITRARILY_SLOW, "sigmoid Theorem 2 and Table 1")
        return Claim(ROOT_N, CROWDED, "sigmoid Theorem 4" if partial else "sigmoid Theorem 1")
    if setting.over_specified or setting.misspecified:
        return Claim(
            ROOT_N,
            "Against the best approximation the error falls like one over the square root of n.",
            "sigmoid Theorem 5" if partial else "sigmoid Theorem 3",
        )
    return Claim(ROOT_N, INFORMATION, "moeviz")


def _multinomial(setting: Setting, reading: Reading) -> Claim:
    modified = setting.router.startswith("modified-")
    if setting.misspecified:
        return Claim(None, "The paper studies data of the fitted model only.", "moeviz")
    if not _sees_function_only(reading):
        return Claim(
            None,
            "The paper pins the last true gate; a fit that is not pinned likewise keeps the "
            "shift that its start left.",
            "multinomial §2",
        )
    if setting.flat and not modified:
        return Claim(None, ARBITRARILY_SLOW, "multinomial Theorem 3.3")
    if setting.over_specified:
        source = "multinomial Theorem 4.4" if modified else "multinomial Theorem 3.1"
        return Claim(ROOT_N, CROWDED, source)
    return Claim(ROOT_N, INFORMATION, "multinomial Table 1" if not modified else "moeviz")


def _gaussian(setting: Setting, reading: Reading) -> Claim:
    competition = SCORES[setting.router].reads_expert
    if setting.misspecified:
        return Claim(None, "The paper studies data of the fitted model only.", "moeviz")
    if not setting.over_specified:
        if not _sees_function_only(reading):
            return Claim(None, "The common shift of the gates is not fixed.", "moeviz")
        return Claim(ROOT_N, INFORMATION, "moeviz")
    if competition:
        source = "compete Theorem K.1" if setting.linear_expert else "compete Theorem 3.2"
        return Claim(ROOT_N, CROWDED, source)
    if setting.linear_expert:
        return Claim(
            None,
            "Without competition two linear Gaussian experts in one cell converge like n to the "
            "power of -1/8, three like -1/12; the loss is ruled by the slowest of its parts.",
            "compete §3",
        )
    return Claim(None, "These papers claim nothing for this model.", "moeviz")
