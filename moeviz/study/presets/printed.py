"""What the papers print of their simulations: slopes, lines, sizes, replicates and error bars.

Fifteen figures; fourteen have slopes. `cosine` (§5.1, App. E.1 and F) and `multinomial` (App. D)
report means over replicates with a least-squares line on log-log axes; `sigmoid` (§5, App. B and E)
shows lines through its losses and does not say what they are means of. `multinomial` alone prints
its lines, constant and all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from moeviz.study.presets.preset import PrintedLine, Published
from moeviz.study.statistic import MEAN

NINE = (1000, 1778, 3162, 5623, 10000, 17783, 31623, 56234, 100000)
"""`cosine` prints the ends, 10³ and 10⁵, and not what lies between (App. E.1)."""

K_OPEN = "k is not stated"
SIGMOID_OPEN = "number of fitted experts, protocol, sizes and loss are not stated"
EM_OPEN = "start scale and what the tolerance is of are not stated"


@dataclass(frozen=True)
class Figure:
    """A figure of a paper that shows a simulation.

    Attributes
    ----------
    paper, figure : str
        The paper's key, and the figure's number in it.
    presets : tuple of str
        The studies that repeat it: one for each way to read what the paper says.
    slopes : bool
        Whether it shows slopes; else likelihoods by iteration.
    """

    paper: str
    figure: str
    presets: tuple[str, ...]
    slopes: bool = True

    @property
    def name(self) -> str:
        """The first of its presets, after which it is called."""
        return self.presets[0]

    @property
    def source(self) -> str:
        """Paper and figure in one word, as sources are written."""
        return f"{self.paper} Fig. {self.figure}"


FIGURES: tuple[Figure, ...] = (
    *(Figure("cosine", figure, (f"cosine-fig{figure}",)) for figure in ("1a", "1b", "2a", "2b")),
    *(
        Figure("sigmoid", figure, (f"sigmoid-fig{figure}", f"sigmoid-fig{figure}-over"))
        for figure in ("1a", "1b", "2a", "2b")
    ),
    *(
        Figure("multinomial", figure, (f"multinomial-fig{figure}", *more))
        for figure, more in (
            *((figure, ()) for figure in ("1a", "1b")),
            *((figure, (f"multinomial-fig{figure}-end",)) for figure in ("2a", "2b")),
            *((figure, ()) for figure in ("2c", "2d")),
        )
    ),
    Figure("multinomial", "3", ("multinomial-fig3", "multinomial-fig3-shared"), slopes=False),
)
"""All fifteen figures, in the papers' order."""


def evenly(first: int, last: int, count: int) -> tuple[int, ...]:
    """Return sizes with one step in n between them.

    Parameters
    ----------
    first, last, count : int
        The ends, and how many sizes there are.

    Notes
    -----
    `multinomial` prints the ends and how many there are. Fig. 2a's 35 sizes from about 37·10³ and
    Fig. 2b's 28 from about 50·10³ have the same step in n, 1,850, and not the same ratio: so the
    sizes are taken to be even in n.
    """
    return tuple(round(first + (last - first) * i / (count - 1)) for i in range(count))


def _cosine(figure: str, note: str = "", **slopes: float) -> tuple[Published, ...]:
    """Return the slopes of a figure by router: means, bars of two standard deviations."""
    return tuple(
        Published(
            slope,
            f"cosine Fig. {figure}",
            router=router.replace("_", "-"),
            note=note,
            estimator="sgd",
            statistic=MEAN,
            sizes=(NINE[0], NINE[-1]),
            replicates=20,
            bars=2,
        )
        for router, slope in slopes.items()
    )


def _sigmoid(figure: str, part: str, **slopes: float) -> tuple[Published, ...]:
    """Return the slopes of a figure by gate or expert; the protocol stands in for an unknown."""
    return tuple(
        Published(
            slope,
            f"sigmoid Fig. {figure}",
            gate=name if part == "gate" else "",
            expert=name if part == "expert" else "",
            note=SIGMOID_OPEN,
            estimator="sgd",
            statistic=MEAN,
            bars=3,
        )
        for name, slope in slopes.items()
    )


def _multinomial(
    figure: str, slope: float, sizes: tuple[int, ...], line: PrintedLine
) -> tuple[Published, ...]:
    return (
        Published(
            slope,
            f"multinomial Fig. {figure}",
            note=EM_OPEN,
            estimator="em",
            statistic=MEAN,
            sizes=sizes,
            replicates=40,
            line=line,
        ),
    )


def _of_logs(intercept: float, slope: float, printed: str, seen: str) -> PrintedLine:
    """Return a line whose printed constant is the intercept of the logarithms, to one decimal."""
    return PrintedLine(
        math.exp(intercept),
        slope,
        (math.exp(intercept - 0.05), math.exp(intercept + 0.05)),
        5e-6,
        printed,
        f"the axes are natural logarithms, and {seen}; so the printed constant is taken as the "
        "intercept of the logarithms",
    )


def _plain(constant: float, slope: float) -> PrintedLine:
    """Return a line whose constant is printed to one decimal and its slope to two."""
    ends = (constant - 0.05, constant + 0.05)
    return PrintedLine(constant, slope, ends, 0.005, f"{constant} n^({slope})")


HUNDRED = 10**5
TWENTY = evenly(10**4, HUNDRED, 20)
TWO_HUNDRED = evenly(10**4, HUNDRED, 200)

PRINTED: Mapping[str, tuple[Published, ...]] = {
    # cosine §5.1 and Fig. 1 (L3 for k = 8, L2 for k = 9); App. F and Fig. 2 (a linear router).
    "cosine-fig1a": _cosine("1a", perturbed_cosine=-0.50, cosine=-0.11),
    "cosine-fig1b": _cosine("1b", perturbed_cosine=-0.47, cosine=-0.05),
    "cosine-fig2a": _cosine("2a", K_OPEN, perturbed_cosine=-0.45, cosine=-0.10),
    "cosine-fig2b": _cosine("2b", K_OPEN, perturbed_cosine=-0.47, linear=-0.13),
    # sigmoid §5 and Fig. 1; App. B and Fig. 2.
    "sigmoid-fig1a": _sigmoid("1a", "gate", sigmoid=-0.51, softmax=-0.24),
    "sigmoid-fig1b": _sigmoid("1b", "gate", sigmoid=-0.46, softmax=-0.07),
    "sigmoid-fig2a": _sigmoid("2a", "expert", relu=-0.54, linear=-0.07),
    "sigmoid-fig2b": _sigmoid("2b", "expert", relu=-0.53, linear=-0.44),
    # multinomial App. D.1 and Fig. 1: the text has two digits, the legends five.
    "multinomial-fig1a": _multinomial(
        "1a",
        -0.48,
        TWO_HUNDRED,
        _of_logs(4.8, -0.48195, "4.8 n^(-0.48195)", "run from −1 to 4, where that line does not"),
    ),
    "multinomial-fig1b": _multinomial(
        "1b",
        -0.43,
        TWO_HUNDRED,
        _of_logs(5.0, -0.43467, "5.0 n^(-0.43467)", "run from 0 to 2.5, where that line does not"),
    ),
    # multinomial App. D.2.1 and Fig. 2.
    "multinomial-fig2a": _multinomial(
        "2a", -0.34, evenly(37000, HUNDRED, 35), _plain(1028.7, -0.34)
    ),
    "multinomial-fig2b": _multinomial(
        "2b", -0.21, evenly(50000, HUNDRED, 28), _plain(998.8, -0.21)
    ),
    "multinomial-fig2c": _multinomial("2c", -0.43, TWENTY, _plain(137.3, -0.43)),
    "multinomial-fig2d": _multinomial("2d", -0.49, TWENTY, _plain(918.3, -0.49)),
}
"""Printed slopes by the figure's name."""
