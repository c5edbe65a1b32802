"""Rates that a paper claims for a curve, and what theory says of the parts that it splits into."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.model import SCORES, Domain
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


ROOT_N = -0.5
ARBITRARILY_SLOW = (
    "The paper's minimax bound: over all truths at once, no power of n holds; it does not "
    "speak of one fixed truth."
)


def claimed_rate(
    router: str, expert: str, degree: int, over_specified: bool, reading: Reading
) -> Claim:
    """Return what is claimed for a curve.

    Parameters
    ----------
    router, expert : str
        Names in the registries.
    degree : int
        Degree of a polynomial expert.
    over_specified : bool
        Whether more experts are fitted than are true.
    reading : Reading
        Loss and gauge of the curve.

    Returns
    -------
    Claim
    """
    forgets_length = SCORES[router].domain is Domain.SPHERE
    if reading.loss == "radial":
        return Claim(
            0.0,
            "No data show a gate's length, so this part stays where the start left it.",
            "cosine eq. 4",
        )
    if not over_specified:
        return _exact(router, forgets_length, reading)
    return _over(router, forgets_length, expert, degree, reading)


def _exact(router: str, forgets_length: bool, reading: Reading) -> Claim:
    if reading.depends_on_function_only:
        source = "cosine Theorem 6" if router == "perturbed-cosine" else "moeviz"
        return Claim(
            ROOT_N,
            "Off the gauge the information matrix is positive definite, so the error falls like "
            "one over the square root of n.",
            source,
        )
    if forgets_length:
        return Claim(None, ARBITRARILY_SLOW, "cosine Theorem 5")
    if router == "perturbed-cosine":
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


def _over(router: str, forgets_length: bool, expert: str, degree: int, reading: Reading) -> Claim:
    if forgets_length and not reading.depends_on_function_only:
        return Claim(None, ARBITRARILY_SLOW, "cosine Theorem 2")
    linear = expert == "linear" or (expert == "polynomial" and degree == 1)
    if linear:
        return Claim(None, ARBITRARILY_SLOW, "cosine Table 1")
    if router == "linear" and expert == "polynomial":
        return Claim(None, ARBITRARILY_SLOW, "cosine Table 1")
    if forgets_length:
        return Claim(
            None,
            "The paper's slow bound lives on the gates' lengths; once these are fixed it says "
            "nothing of the rest.",
            "cosine Theorem 2",
        )
    return Claim(
        ROOT_N,
        "For a strongly identifiable expert the loss, which squares distances in crowded cells, "
        "falls like one over the square root of n: crowded experts themselves like n to the "
        "power of -1/4.",
        "cosine Theorem 4 and Table 1",
    )
