"""One fit in words: what to notice at each step."""

from __future__ import annotations

from moeviz.charts.walks import power_of_ten
from moeviz.estimate import Status
from moeviz.study.one_fit import OneFit
from moeviz.study.one_fit_models import EM, SGD, SmallModel
from moeviz.study.one_fit_walk import Walk
from moeviz.text import signed

CLOSE = 0.05
"""Two losses whose ratio is nearer to 1 than this are called the same."""

CAUGHT = 1.5
"""An estimator whose cost is so many times the truth's is in a poor minimum."""


def method_name(method: str, model: SmallModel) -> str:
    """Return what a method is called, in the middle of a sentence.

    Parameters
    ----------
    method : str
    model : SmallModel
    """
    if method == SGD:
        return "SGD"
    if method == EM:
        return "EM"
    return "Fisher scoring" if model.density else "least squares"


def cost_word(model: SmallModel) -> str:
    """Return what the cost of one observation is."""
    return "deviance per observation" if model.density else "mean squared residual"


def written(value: float, model: SmallModel) -> str:
    """Return a cost as a sentence has it; a deviance may be negative."""
    if model.density:
        return signed(value, 3)
    return f"{value:.3g}" if 1e-3 <= value < 1e3 else power_of_ten(value)


def loss_written(value: float) -> str:
    """Return a loss, or a ratio of two, with two digits, or as a power of ten."""
    if not value > 0:
        return "0"
    return f"{value:.0f}" if 100 <= value < 1000 else power_of_ten(value)


def step_name(walk: Walk, place: int) -> str:
    """Return where a walk stands, as ``step 6 of 27`` or ``batch 32 of 70``.

    Parameters
    ----------
    walk : Walk
    place : int
        Among its frames.
    """
    word = "batch" if walk.method == SGD else "step"
    return f"{word} {walk.steps[place]} of {walk.steps[-1]}"


def sentence(found: OneFit, place: int) -> str:
    """Say what to notice at one of the walk's frames; numbers stand between stars.

    Parameters
    ----------
    found : OneFit
    place : int
    """
    walk, model = found.walk, found.model
    cost, loss = written(walk.cost[place], model), loss_written(walk.loss[place])
    numbers = f"cost *{cost}* (truth: *{written(found.true_cost, model)}*)"
    trouble = [words for each in (walk, found.beside) if (words := _trouble(found, each))]
    ended = place == len(walk.steps) - 1 and not walk.status.failed
    if not ended:
        begin = f"After {_so_far(walk, place)}" if place else "At the start"
        said = [f"{begin}: {numbers}, loss *{loss}*.", *([] if trouble else [_end(found)])]
    elif walk.method == found.estimator.method:
        name = method_name(walk.method, model)
        begin = f"{_capital(name)} ends after *{_count(walk)}* at {numbers} and loss *{loss}*."
        said = [begin, *([] if found.other.status.failed else [_end(found)])]
    else:
        name = method_name(walk.method, model)
        verb = "stops" if walk.method == SGD else "ends"
        begin = f"{_capital(name)} {verb} after *{_count(walk)}* at {numbers} and loss *{loss}*"
        said = [f"{begin}{'.' if found.beside.status.failed else _beside(found)}"]
    return " ".join([*said, *trouble])


def _end(found: OneFit) -> str:
    """Say where the walk ends that is not the estimator's."""
    other, model = found.other, found.model
    verb = "stops" if other.method == SGD else "ends"
    begin = f"{method_name(other.method, model)} {verb} after {_count(other)}"
    end = _beside(found, "as large")
    return f"{begin} at loss *{loss_written(other.loss[-1])}*{end}"


def _beside(found: OneFit, than: str = "") -> str:
    """Hold the end of the other walk against the estimator's."""
    estimator, other = found.estimator, found.other
    best = method_name(estimator.method, found.model)
    if not estimator.loss[-1] > 0:
        return f", where {best} ends at 0."
    ratio = other.loss[-1] / estimator.loss[-1]
    if abs(ratio - 1) < CLOSE:
        return f", as {best} does after {_count(estimator)}."
    said = f", *{loss_written(ratio)}* times {than or f'that of {best}'}"
    if ratio < 1 and other.cost[-1] > estimator.cost[-1]:
        return f"{said}: a lower cost need not be a lower loss."
    return f"{said}."


def _so_far(walk: Walk, place: int) -> str:
    word = "batches" if walk.method == SGD else "steps"
    return f"*{walk.steps[place]}* of {walk.steps[-1]} {word}"


def _trouble(found: OneFit, walk: Walk) -> str:
    """Say how a walk ended where that is no minimum inside the box, or a poor one."""
    name = _capital(method_name(walk.method, found.model))
    if walk.status == Status.DIVERGED:
        return (
            f"{name} *diverged* after batch {walk.steps[-1]}: its parameters grew without end. "
            "Take a smaller learning rate."
        )
    if walk.status == Status.NON_FINITE:
        return f"{name} could not begin: the cost is no number at the start."
    above = walk.cost[-1] / found.true_cost
    if walk.method != SGD and not found.model.density and above > CAUGHT:
        return f"{name} is caught: its cost stays *{loss_written(above)}* times the truth's."
    if walk.status == Status.STEP_LIMIT:
        return f"{name} had not converged when its steps ran out."
    if walk.status == Status.BOUNDARY:
        return f"{name} ended on the edge of the box."
    if walk.status == Status.STUCK:
        return f"{name} got stuck."
    return ""


def _count(walk: Walk) -> str:
    if walk.method == SGD:
        return f"{walk.passes[-1]:g} passes"
    count = walk.steps[-1]
    return f"{count} step{'s' if count != 1 else ''}"


def _capital(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}"
