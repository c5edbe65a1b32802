r"""Two truths and one sample: how well any test can tell the one from the other.

Whoever estimates decides between the two on the way. Where a test must err, so must every
estimator: for a metric d and truths G, H with :math:`P_G^n, P_H^n` the laws of a sample,

.. math:: \max_{F\in\{G,H\}} \mathbb{E}_F\, d(\widehat G_n, F)
          \ \ge\ \tfrac12\, d(G, H)\,\bigl(1 - \mathrm{TV}(P_G^n, P_H^n)\bigr)

(Le Cam). It says nothing of either truth alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from moeviz.theory.distances import regression_distance, squared_hellinger

if TYPE_CHECKING:
    from torch import Tensor

    from moeviz.model.mixture import Mixture


def least_errors(mixture: Mixture, one: Tensor, other: Tensor, x: Tensor, n: int) -> float:
    r"""Return a lower bound on the sum of both errors of the best test between two truths.

    Parameters
    ----------
    mixture : Mixture
    one, other : Tensor, shape (P,) and (Q,)
        Parameters of the truths; they may have different numbers of atoms.
    x : Tensor, shape (1, D, N)
        Inputs that stand for their law.
    n : int
        Sample size.

    Returns
    -------
    float
        At least :math:`1 - \mathrm{TV}(P^n, Q^n)` is not larger than the truth: from 0 (a bound
        that says nothing) to 1 (no test is better than a coin).

    Notes
    -----
    Of a regression with normal noise, given the inputs, the variation is
    :math:`2\Phi(\sqrt{n}\|f-g\|_n / 2\sigma) - 1`; it is concave in :math:`\|f-g\|_n^2`, whose mean
    is that over inputs. Of densities it is at most
    :math:`\sqrt{1 - (1 - \mathbb{E}_X h^2)^{2n}}`.
    """
    if mixture.output.density:
        square = float(squared_hellinger(mixture, one.unsqueeze(0), mixture, other, x)[0])
        affinity = n * math.log1p(-min(square, 1.0 - 1e-16))
        return 1.0 - math.sqrt(-math.expm1(2.0 * affinity))
    distance = float(regression_distance(mixture, one.unsqueeze(0), mixture, other, x)[0])
    deviations = math.sqrt(n * mixture.output.information_factor) * distance
    return math.erfc(0.5 * deviations / math.sqrt(2.0))
