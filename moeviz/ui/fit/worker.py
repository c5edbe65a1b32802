"""Who computes the fits of this server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moeviz.study.one_fit import OneFit, one_fit
from moeviz.study.one_fit_asked import Asked
from moeviz.ui.shared.worker import Worker

SECONDS = 6.0
"""No fit takes longer; nearly all end within a tenth of a second."""

LATE = (
    "Expected a fit within {seconds} s, but this one takes longer; take fewer observations, steps "
    "or epochs."
)

Compute = Callable[[Asked, Callable[[], bool]], OneFit]


def fit_worker(
    compute: Compute = one_fit, seconds: float = SECONDS, **limits: Any
) -> Worker[Asked, OneFit]:
    """Return who computes fits.

    Parameters
    ----------
    compute : callable
        From what is asked for and a question whether to stop to the fit.
    seconds : float
        After which a fit is given up.
    **limits
        As :class:`~moeviz.ui.shared.worker.Worker` takes them.
    """
    return Worker(compute, seconds, LATE, **limits)


WORKER = fit_worker()
"""Of this server."""
