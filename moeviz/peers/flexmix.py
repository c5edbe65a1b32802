"""flexmix, R's package for finite mixtures of regressions, as a program that we start.

Its expectation-maximisation fits softmax-gated mixtures ("concomitant variables") of linear
Gaussian experts and of multinomial logistic experts. Both sides can begin from the same
responsibilities, so that their results can be held against each other.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moeviz.errors import MoevizError

Array = NDArray[np.float64]

SCRIPT = Path(__file__).with_name("flexmix.R")

ADVICE = "install Debian's packages: `apt-get install r-base-core r-cran-flexmix r-cran-nnet`"


class PeerMissingError(MoevizError):
    """A peer's program is not installed; the message says how to get it."""


@dataclass(frozen=True)
class FlexmixFit:
    """Where flexmix ended.

    Attributes
    ----------
    log_likelihood : float
        Sum of the log densities, as flexmix reports it.
    iterations : int
        Whole iterations of expectation-maximisation.
    converged : bool
        By its own rule.
    capped : bool
        Whether the time limit ended it.
    seconds, seconds_per_iteration : float
        Processor time of the fit alone, without starting R and reading the data.
    trace : tuple of float
        Log-likelihood after each iteration.
    gates : array, shape (K, D + 1)
        Intercept and slopes of each score; the first expert's are 0.
    experts : array, shape (K, C - 1, D + 1)
        Intercept and slopes of each expert and class; C - 1 = 1 for Gaussian experts.
    variances : array, shape (K,), or None
        Of Gaussian experts.
    version : str
        flexmix's.
    """

    log_likelihood: float
    iterations: int
    converged: bool
    capped: bool
    seconds: float
    seconds_per_iteration: float
    trace: tuple[float, ...]
    gates: Array
    experts: Array
    variances: Array | None
    version: str

    def theta(self) -> Array:
        """Return the parameters in our order, the last offset 0, shape (P,).

        An atom's columns are the score's slopes and offset, for each class the expert's slopes
        and intercept, and the variance of a Gaussian expert.
        """
        gates = self.gates.copy()
        gates[:, 0] -= gates[-1, 0]
        blocks = [np.roll(gates, -1, axis=-1)]
        blocks.append(np.roll(self.experts, -1, axis=-1).reshape(gates.shape[0], -1))
        if self.variances is not None:
            blocks.append(self.variances[:, None])
        return np.concatenate(blocks, axis=1).ravel()


@lru_cache(maxsize=1)
def why_missing() -> str | None:
    """Return why flexmix cannot run and how to get it, or None where it can."""
    program = shutil.which("Rscript")
    if program is None:
        return f"R is not installed; {ADVICE}"
    check = 'q(status = 1L - all(sapply(c("flexmix", "nnet"), requireNamespace, quietly = TRUE)))'
    if subprocess.run([program, "-e", check], capture_output=True, check=False).returncode:
        return f"R lacks a package, flexmix or nnet; {ADVICE}"
    return None


def flexmix_categorical(
    x: Array,
    response: Array,
    shares: Array,
    iterations: int = 1000,
    tolerance: float = 1e-6,
    seconds: float = math.inf,
    strict: bool = False,
) -> FlexmixFit:
    """Fit softmax-gated multinomial logistic experts.

    Parameters
    ----------
    x : array, shape (D, N)
        Inputs.
    response : array, shape (N,)
        Classes 0 to C - 1; the last is the reference.
    shares : array, shape (K, N)
        Responsibilities to begin from.
    iterations : int
        Most iterations.
    tolerance : float
        Relative change of the log-likelihood in one iteration below which flexmix stops.
    seconds : float
        Longest processor time; the last whole iteration counts.
    strict : bool
        Whether the inner fits of gates and classes run on to a tolerance of 1e-14.

    Returns
    -------
    FlexmixFit

    Raises
    ------
    PeerMissingError
        If R or flexmix is not installed.
    subprocess.CalledProcessError
        If flexmix failed.
    """
    control = (iterations, tolerance, seconds, strict)
    return _run("categorical", x, response + 1, shares, control)


def flexmix_gaussian(
    x: Array,
    response: Array,
    shares: Array,
    iterations: int = 1000,
    tolerance: float = 1e-6,
    seconds: float = math.inf,
    strict: bool = False,
) -> FlexmixFit:
    """Fit softmax-gated linear experts, each with its own variance.

    Parameters, returns and errors are those of :func:`flexmix_categorical`, with real responses.
    """
    return _run("gaussian", x, response, shares, (iterations, tolerance, seconds, strict))


def _run(
    kind: str, x: Array, response: Array, shares: Array, control: tuple[int, float, float, bool]
) -> FlexmixFit:
    missing = why_missing()
    if missing is not None:
        raise PeerMissingError(f"flexmix cannot run: {missing}.")
    iterations, tolerance, seconds, strict = control
    with tempfile.TemporaryDirectory() as folder:
        data, start, out = (Path(folder) / name for name in ("data.csv", "start.csv", "out.json"))
        names = [f"x{i + 1}" for i in range(x.shape[0])]
        _write(data, [*names, "y"], np.column_stack([x.T, response]))
        _write(start, [f"r{i + 1}" for i in range(shares.shape[0])], shares.T)
        limit = "Inf" if math.isinf(seconds) else repr(seconds)
        subprocess.run(
            [
                "Rscript", "--vanilla", str(SCRIPT), kind, str(data), str(start), str(out),
                str(iterations), repr(tolerance), limit, "strict" if strict else "default",
            ],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return _read(json.loads(out.read_text(encoding="utf-8")))


def _write(path: Path, names: list[str], table: Array) -> None:
    np.savetxt(path, table, "%.17g", delimiter=",", header=",".join(names), comments="")


def _read(found: dict[str, Any]) -> FlexmixFit:
    def array(name: str) -> Array:
        return np.array(found[name], dtype=np.float64)

    gates, experts = array("gates"), array("experts")
    return FlexmixFit(
        log_likelihood=found["log_likelihood"],
        iterations=found["iterations"],
        converged=found["converged"],
        capped=found["capped"],
        seconds=found["seconds"],
        seconds_per_iteration=found["seconds_per_iteration"],
        trace=tuple(array("trace").tolist()),
        gates=gates,
        experts=experts.reshape(gates.shape[0], -1, gates.shape[1]),
        variances=array("variances") if "variances" in found else None,
        version=found["version"],
    )
