"""Rates that a paper claims for a curve, and what theory says of the parts that it splits into.

:func:`claimed_rate` is the only place that says what is claimed: studies, the table of rates and
kept results all ask it.
"""

from __future__ import annotations

from moeviz.model import GATES, SCORES
from moeviz.theory.claim import HALF, MINIMAX, QUARTER, SHAPES, SLOW, RateClaim, Setting
from moeviz.theory.distances import DISTANCES
from moeviz.theory.gauge import GAUGES
from moeviz.theory.losses import LOSSES
from moeviz.theory.reading import Reading

__all__ = ["RateClaim", "Setting", "claimed_rate"]

ROOT_N = -0.5
ARBITRARILY_SLOW = (
    "The paper's minimax bound: over all truths at once, no power of n holds; it does not "
    "speak of one fixed truth."
)
PRINTED_SLOW = (
    "The paper's table says slower than any power of n, which is about the worst of all truths; "
    "it does not speak of one fixed truth."
)
INFORMATION = (
    "Off the gauge the information matrix is positive definite, so the error falls like one over "
    "the square root of n."
)
UNIFORM = (
    "Off the gauge the information matrix is positive definite at the limit and around it, so the "
    "error falls like one over the square root of n for all these truths at once."
)
FIXED = "Theory's powers of n are about one fixed truth; this one moves with n."
MADE_OF_SUCH = (
    "The paper's minimax bound is made of truths that move like this one: over all of them at once "
    "no power of n holds."
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
IF_STRONG = f"For a strongly identifiable expert: {CROWDED[0].lower()}{CROWDED[1:]}"
SOFTMAX_FUNCTION = {"cosine": "cosine Theorem 1", "perturbed-cosine": "cosine Theorem 3"}
SIGMOID_FUNCTION = {
    "quadratic": ("sigmoid Prop. 1, eq. 7", "sigmoid Cor. 1"),
    "partial-quadratic": ("sigmoid Prop. 4, eq. 50", "sigmoid Cor. 2"),
}
"""Where regressions are learnt with more experts than are true: sparse regime, dense regime."""
NOTHING = RateClaim(None, "These papers claim nothing for this router and gate.", "moeviz")
LINEAR_NETWORKS = (
    "For feed-forward networks under a linear router the paper cites one over the square root of "
    "n, a table of its own n to the power of -1/4 with ReLU; either way the loss, which squares "
    "distances in crowded cells, falls like one over the square root of n."
)
OUTSIDE = {
    "modified-log": "Definition 4.1 asks for a bounded M, and log|x| has no bound near 0",
    "modified-unit": "Definition 4.1 asks for independent functions, and the squares of x/‖x‖ add "
    "up to 1, though the paper names it as an example",
}
"""Modified routers that `multinomial` uses, and what they lack of its Definition 4.1."""

ONE_MEMBER = "the paper speaks of cells with one member; it has no theorem for k = k*"


def claimed_rate(setting: Setting, reading: Reading) -> RateClaim:
    """Return what is claimed for a curve.

    Parameters
    ----------
    setting : Setting
    reading : Reading
        Loss and gauge of the curve.

    Returns
    -------
    RateClaim
    """
    if setting.moving and reading.loss not in DISTANCES:
        return _moving(setting, reading)
    if reading.loss == "radial":
        return RateClaim(
            None if setting.planted else 0.0,
            "No data show a gate's length, so this part stays where the start left it.",
            "cosine eq. 4",
        )
    if setting.jumps:
        return RateClaim(None, JUMPS, "moeviz")
    if reading.loss in DISTANCES:
        return _function(setting, reading)
    if _at_zero_gate(setting, reading):
        return RateClaim(None, NO_DIRECTION, "moeviz")
    if reading.loss in ("gate", "expert") and setting.over_specified:
        return _crowded_block(claimed_rate(setting, Reading("L2", reading.gauge)))
    if setting.own_formula:
        return _own_formula(setting, reading)
    if not setting.of_a_paper and (setting.over_specified or setting.misspecified):
        return NOTHING
    if setting.output == "categorical":
        return _multinomial(setting, reading)
    if setting.output == "gaussian":
        return _gaussian(setting, reading)
    if not GATES[setting.gate].normalised:
        return _sigmoid(setting)
    if setting.misspecified:
        return RateClaim(
            None,
            "These papers prove nothing for a softmax gate that is fitted to data of another "
            "model.",
            "moeviz",
        )
    if not setting.over_specified:
        return _exact(setting, reading)
    if setting.router in ("quadratic", "partial-quadratic"):
        return _softmax_quadratic(setting)
    return _cosine_over(setting, reading)


def _moving(setting: Setting, reading: Reading) -> RateClaim:
    """Return what is said of parameters whose truth moves with n.

    The function is another matter: its rate holds for all truths at once.
    """
    if not setting.over_specified and not setting.jumps and _sees_function_only(reading):
        return RateClaim(ROOT_N, UNIFORM, "moeviz")
    if setting.forgets_length and setting.of_a_paper and not _sees_function_only(reading):
        theorem = "cosine Theorem 2" if setting.over_specified else "cosine Theorem 5"
        return RateClaim(None, MADE_OF_SUCH, theorem, SLOW, MINIMAX)
    return RateClaim(None, FIXED, "moeviz")


def _at_zero_gate(setting: Setting, reading: Reading) -> bool:
    """Return whether a claim would need a derivative at a zero gate without direction.

    The papers' bounds for gates of free length are about all truths at once and need none.
    """
    if not (setting.forgets_length and setting.sparse) or setting.misspecified:
        return False
    bounded = setting.over_specified or not _sees_function_only(reading)
    return not GATES[setting.gate].normalised or not bounded


def _own_formula(setting: Setting, reading: Reading) -> RateClaim:
    source = "moeviz"
    if setting.over_specified or setting.misspecified:
        return RateClaim(
            None,
            "No paper speaks of a formula of your own; whether its interactions make crowded "
            "experts slow is for the checker to decide.",
            source,
        )
    if GATES[setting.gate].normalised and not _sees_function_only(reading):
        return RateClaim(None, "The common shift of the gates is not fixed.", source)
    return RateClaim(ROOT_N, INFORMATION, source)


def _crowded_block(whole: RateClaim) -> RateClaim:
    """Return the claim for one block's plain distances, which crowded cells rule."""
    if whole.exponent is None:
        return whole
    return RateClaim(
        0.5 * whole.exponent,
        "Plain distances are ruled by crowded cells, whose parameters fall like n to the power of "
        "-1/4.",
        whole.source,
        whole.rate,
    )


def _sees_function_only(reading: Reading) -> bool:
    return GAUGES[reading.gauge].complete and not LOSSES[reading.loss].sees_gauge


def _function(setting: Setting, reading: Reading) -> RateClaim:
    if setting.misspecified:
        return RateClaim(
            0.0,
            "The fitted model does not contain the truth, so the distance to it stops at that of "
            "the best approximation.",
            "moeviz",
        )
    source = _function_source(setting)
    if source in ("sigmoid Cor. 1", "sigmoid Cor. 2"):
        return RateClaim(
            ROOT_N,
            "The function is learnt at the parametric rate, towards the best approximation with "
            "more experts than are true; where that is not the truth, the distance to the truth "
            "stops at its own.",
            source,
            HALF,
            "towards the best approximation",
        )
    return RateClaim(
        ROOT_N,
        "The function itself is learnt at the parametric rate, whatever its parameters do.",
        source,
        HALF,
        DISTANCES[reading.loss].title,
    )


def _function_source(setting: Setting) -> str:
    """Return which result of the papers says how fast a model's function is learnt."""
    if not setting.of_a_paper:
        return "moeviz"
    if setting.output == "categorical":
        return "multinomial Prop. 4.3" if setting.modified else "multinomial Prop. 2.2"
    if setting.output == "gaussian":
        return "compete Prop. 3.1" if SCORES[setting.router].reads_expert else "moeviz"
    if setting.gate == "sigmoid" and setting.over_specified:
        sparse, dense = SIGMOID_FUNCTION[setting.router]
        return sparse if setting.sparse else dense
    return SOFTMAX_FUNCTION.get(setting.router, "moeviz")


def _exact(setting: Setting, reading: Reading) -> RateClaim:
    if _sees_function_only(reading):
        if setting.of_a_paper and setting.router == "perturbed-cosine":
            return RateClaim(ROOT_N, INFORMATION, "cosine Theorem 6", HALF)
        return RateClaim(ROOT_N, INFORMATION, "moeviz")
    if setting.forgets_length:
        return RateClaim(None, ARBITRARILY_SLOW, "cosine Theorem 5", SLOW, MINIMAX)
    if setting.router == "perturbed-cosine":
        return RateClaim(
            ROOT_N,
            "The paper claims the parametric rate with one offset pinned, but a common shift of "
            "the gates is still free, so the loss stops falling where the start left that shift.",
            "cosine Theorem 6",
            HALF,
        )
    return RateClaim(
        None,
        "These papers claim nothing for this router with an exact number of experts.",
        "moeviz",
    )


def _cosine_over(setting: Setting, reading: Reading) -> RateClaim:
    if setting.forgets_length:
        if _sees_function_only(reading):
            text = (
                "The paper's slow bound lives on the gates' lengths; once these are fixed it says "
                "nothing of the rest."
            )
            return RateClaim(
                None, text, "cosine Theorem 2", SLOW, f"{MINIMAX}, on the gates' lengths"
            )
        return RateClaim(None, ARBITRARILY_SLOW, "cosine Theorem 2", SLOW, MINIMAX)
    if setting.router == "linear" and setting.polynomial_expert:
        return RateClaim(
            None, PRINTED_SLOW, "cosine Table 1", SLOW, "cited there from another paper"
        )
    if setting.router == "linear" and setting.expert != "relu":
        return RateClaim(
            ROOT_N, LINEAR_NETWORKS, "cosine §2", HALF, "cited there from another paper"
        )
    if setting.router == "linear":
        note = f"cited there from another paper; {SHAPES}"
        return RateClaim(ROOT_N, IF_STRONG, "cosine Table 1", QUARTER, note)
    if setting.router == "perturbed-cosine" and setting.linear_expert:
        return RateClaim(
            None, PRINTED_SLOW, "cosine Table 1", SLOW, "printed there without a theorem"
        )
    if setting.router == "perturbed-cosine":
        return RateClaim(ROOT_N, IF_STRONG, "cosine Theorem 4", QUARTER, SHAPES)
    return NOTHING


def _softmax_quadratic(setting: Setting) -> RateClaim:
    """Return what `sigmoid` says of softmax attention, which it takes from another paper."""
    cited = "samples, cited there from another paper"
    if setting.router == "partial-quadratic":
        if setting.sparse and not setting.linear_expert:
            return NOTHING
        source = "sigmoid App. C.1.2" if setting.sparse else "sigmoid App. C.1.3"
    else:
        source = "sigmoid Table 1 and §4.1.2" if setting.sparse else "sigmoid Table 1 and §4.2"
    if setting.polynomial_expert:
        return RateClaim(None, PRINTED_SLOW, source, SLOW, f"exp(ε^(−1/τ)) {cited}")
    if setting.sparse or setting.router == "partial-quadratic":
        return RateClaim(ROOT_N, IF_STRONG, source, QUARTER, f"ε^(−4) {cited}; {SHAPES}")
    return RateClaim(
        ROOT_N,
        "For a strongly identifiable expert the table says n to the power of -1/2 and the text n "
        "to the power of -1/4; either way the loss, which squares distances in crowded cells, "
        "falls like one over the square root of n.",
        source,
        f"{HALF} in Table 1, {QUARTER} in §4.2",
        f"ε^(−2) or ε^(−4) {cited}; {SHAPES}",
    )


def _sigmoid(setting: Setting) -> RateClaim:
    partial = setting.router == "partial-quadratic"
    if setting.sparse and setting.over_specified:
        if setting.polynomial_expert and not partial:
            note = f"exp(ε^(−1/τ)) samples; {MINIMAX}"
            return RateClaim(None, ARBITRARILY_SLOW, "sigmoid Theorem 2", SLOW, note)
        text = IF_STRONG.replace("strongly", "partial-strongly") if partial else IF_STRONG
        source = "sigmoid Theorem 4" if partial else "sigmoid Theorem 1"
        return RateClaim(ROOT_N, text, source, QUARTER, f"ε^(−4) samples; {SHAPES}")
    if setting.over_specified or setting.misspecified:
        return RateClaim(
            ROOT_N,
            "Against the best approximation the error falls like one over the square root of n.",
            "sigmoid Theorem 5" if partial else "sigmoid Theorem 3",
            HALF,
            "ε^(−2) samples; against the best approximation",
        )
    return RateClaim(ROOT_N, INFORMATION, "moeviz")


def _multinomial(setting: Setting, reading: Reading) -> RateClaim:
    if setting.misspecified:
        return RateClaim(None, "The paper studies data of the fitted model only.", "moeviz")
    if not _sees_function_only(reading):
        return RateClaim(
            None,
            "The paper pins the last true gate; a fit that is not pinned likewise keeps the "
            "shift that its start left.",
            "multinomial §2",
        )
    if setting.flat and not setting.modified:
        return _collapsed(setting)
    if setting.over_specified:
        source = "multinomial Theorem 4.4" if setting.modified else "multinomial Theorem 3.1"
        notes = (SHAPES, OUTSIDE.get(setting.router))
        return RateClaim(ROOT_N, CROWDED, source, QUARTER, "; ".join(filter(None, notes)))
    if not setting.of_a_paper:
        return RateClaim(ROOT_N, INFORMATION, "moeviz")
    return RateClaim(ROOT_N, INFORMATION, "multinomial Table 1", HALF, ONE_MEMBER)


def _collapsed(setting: Setting) -> RateClaim:
    """Return what `multinomial` says of Regime 2 under the standard gate."""
    if setting.over_specified:
        return RateClaim(None, ARBITRARILY_SLOW, "multinomial Theorem 3.3", SLOW, MINIMAX)
    return RateClaim(
        None,
        "The paper's table says slower than any power of n for all parameters; the text under its "
        "theorem says that those of cells with one member fall no faster than one over the square "
        "root of n.",
        "multinomial Table 1 and Theorem 3.3",
        f"{SLOW} in Table 1, no faster than {HALF} in the text",
        ONE_MEMBER,
    )


def _gaussian(setting: Setting, reading: Reading) -> RateClaim:
    competition = SCORES[setting.router].reads_expert
    theorem = "compete Theorem K.1" if setting.linear_expert else "compete Theorem 3.2"
    if setting.misspecified:
        return RateClaim(None, "The paper studies data of the fitted model only.", "moeviz")
    if not setting.over_specified:
        if not _sees_function_only(reading):
            return RateClaim(None, "The common shift of the gates is not fixed.", "moeviz")
        if competition and setting.of_a_paper:
            return RateClaim(ROOT_N, INFORMATION, theorem, HALF, ONE_MEMBER)
        return RateClaim(ROOT_N, INFORMATION, "moeviz")
    if competition:
        return RateClaim(ROOT_N, CROWDED, theorem, QUARTER, SHAPES)
    if setting.linear_expert:
        return RateClaim(
            None,
            "Without competition two linear Gaussian experts in one cell converge like n to the "
            "power of -1/8, three like -1/12; the loss is ruled by the slowest of its parts.",
            "compete App. K and §3",
            "n^(−1/8) in a cell of 2 (App. K), n^(−1/12) in one of 3 (App. K and §3)",
            "the loss is ruled by the slowest of its parts",
        )
    return RateClaim(None, "These papers claim nothing for this model.", "moeviz")
