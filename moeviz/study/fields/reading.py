"""Fields of a study: what is read off its fits, and how a slope is drawn through it."""

from __future__ import annotations

from moeviz.fields import Field, Values
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields.choices import WithWords
from moeviz.study.statistic import BARS, GEOMETRIC, INTERVAL, STATISTICS
from moeviz.theory import DISTANCES, GAUGES, LOSSES

READ = "Reading"
"""The heading of these fields."""

PAPER = "paper"
"""In the field of losses: the loss of the paper whose model is fitted."""

BESIDE, EVERY, LEFT_OUT = "beside", "every", "none"
"""In the field of untrained curves: whether the starts' loss is shown."""


def _protocol_runs(values: Values) -> bool:
    return any(ESTIMATORS[name].published for name in values["estimators"])


READING_FIELDS = (
    Field(
        "untrained",
        "Loss of the starts",
        "",
        "choice",
        BESIDE,
        choices=(BESIDE, EVERY, LEFT_OUT),
        help="'beside': beside a published protocol, EM or SGD, the loss of its own starts, read "
        "in the same way. It is what nobody's training would show. 'every': beside fits that "
        "converge, too.",
        group=READ,
    ),
    Field(
        "unfinished",
        "Data sets trained to the end",
        "",
        "int",
        4,
        0,
        1000,
        help="Of a published protocol, EM or SGD, at most: where it stops the converged estimator "
        "goes on, on the same data. How far that leads is read beside the fits: what training has "
        "yet to do. 0 leaves it out.",
        group=READ,
        applies=_protocol_runs,
    ),
    Field(
        "losses",
        "What is read off a fit",
        "",
        "choices",
        (PAPER,),
        choices=WithWords((PAPER,), LOSSES, DISTANCES),
        help="'paper': the loss of the paper whose model is fitted. Besides: single blocks, and "
        "distances between functions.",
        group=READ,
    ),
    Field(
        "gauges",
        "Gauge",
        "",
        "choices",
        ("pinned", "offset"),
        choices=GAUGES,
        help="How a fit is held against the truth when different parameters give the same "
        "function.",
        group=READ,
    ),
    Field(
        "statistic",
        "Statistic of a slope",
        "",
        "choice",
        GEOMETRIC,
        choices=STATISTICS,
        title=lambda name: STATISTICS[name].title,
        help="What a slope is drawn through at each sample size. 'geometric': the means of the "
        "logarithms, while the points are means; this laboratory's own. 'mean': the means, as the "
        "papers do. 'median': the medians. A finished study is read anew, without a fit.",
        group=READ,
    ),
    Field(
        "bars",
        "Band around a curve",
        "",
        "choice",
        INTERVAL,
        choices=BARS,
        title=lambda name: BARS[name],
        help="'interval': a 95 % interval of what is drawn. '2sd' and '3sd': so many standard "
        "deviations of the replicates to either side, which the cosine and the sigmoid paper print "
        "as error bars. Slopes do not depend on it.",
        group=READ,
    ),
    Field(
        "window_from",
        "Slope from sample size",
        "n_0",
        "int",
        0,
        0,
        10**7,
        help="The slope is fitted to sample sizes from here on; 0 takes all.",
        group=READ,
    ),
)
