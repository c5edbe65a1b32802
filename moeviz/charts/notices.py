"""Notices: what a study cannot show, known before anything is run."""

from __future__ import annotations

from collections.abc import Iterator

from moeviz.charts.moving_words import moving_notice
from moeviz.model import GATES, Mixture, make_gate
from moeviz.model.custom import CUSTOM
from moeviz.study.fields import OWN
from moeviz.study.models import plain_gate
from moeviz.study.plan import plan
from moeviz.study.specification import Specification
from moeviz.study.versions import NUMBERS_VERSION
from moeviz.theory import input_nodes

UNHELD = "No curve of it is held against a theorem."

FEW, MANY = 1 << 10, 1 << 14
"""Inputs over which the mean square of a feature is compared."""

SETTLED = 1.2
"""Factor by which a mean square that exists may grow from few inputs to many."""


def older_words(spec: Specification) -> str:
    """Say that a study was computed with an earlier arithmetic than today's; empty if it was not.

    Parameters
    ----------
    spec : Specification
    """
    if spec.numbers == NUMBERS_VERSION:
        return ""
    return (
        f"Computed with an older arithmetic (version {spec.numbers}; today's is "
        f"{NUMBERS_VERSION}): run again, its numbers may differ a little."
    )


def notices(spec: Specification) -> tuple[str, ...]:
    """Return one sentence or two for each thing to know before the study is run.

    Parameters
    ----------
    spec : Specification
    """
    fits = plan(spec).fits
    fitted = list(dict.fromkeys(fit.mixture for fit in fits))
    sources = list(dict.fromkeys(fit.source for fit in fits))
    said = [*_zero_gates(spec, fitted, sources), *_poles(spec, sources)]
    for mixture in fitted:
        said += _kept(mixture, spec)
    said += _data_gates(spec)
    said += moving_notice(spec)
    return tuple(dict.fromkeys(said))


def _zero_gates(
    spec: Specification, fitted: list[Mixture], sources: list[Mixture]
) -> Iterator[str]:
    """Yield what a zero gate means where the score is not defined there."""
    if not spec["sparse"]:
        return
    for score in (source.score for source in sources if not source.score.defined_at_zero):
        yield (
            f"The {score.title} is not defined at a zero gate, which has no direction; the data "
            "take the offset alone for its score."
        )
        if any(mixture.score == score for mixture in fitted):
            yield (
                f"Every gate of a fit of the {score.title} has a direction, so that none comes "
                "near a zero one, where its derivative grows without end; no information, no "
                "reach and no claim that rests on them are defined there, and candidate truths "
                "cannot be compared. "
                "With the gauge pinned, a gate takes its true length, zero, and its direction "
                "with it counts for nothing."
            )


def _poles(spec: Specification, sources: list[Mixture]) -> Iterator[str]:
    """Yield that a typed feature has no mean square, on which zero gates depend."""
    if not spec["sparse"]:
        return
    for score in {source.score for source in sources if source.score.name == CUSTOM}:
        few, many = (
            score.features(input_nodes(spec["dimension"], n, spec["low"], spec["high"]))
            .square()
            .mean(-1)
            for n in (FEW, MANY)
        )
        if bool((many > SETTLED * few).any()):
            yield (
                f"A feature of the {score.title} grows so fast near a pole that its mean square "
                "over the inputs does not settle. At zero gates the information is then infinite: "
                "reach and predicted line say little."
            )


def _kept(mixture: Mixture, spec: Specification) -> Iterator[str]:
    """Yield how many of the fitted experts a gate keeps, and what that does to the fits."""
    gate, k = mixture.gate, spec["atoms"]
    if not gate.dense:
        return
    if gate.kept(k) == k:
        yield (
            f"The {gate.title} with top = {spec['top']} keeps all of the k = {k} fitted experts: "
            f"it is the {GATES[gate.dense].title}."
        )
    elif gate.blind(k) and (names := _unmoved(mixture, spec["dimension"])):
        yield (
            f"The {gate.title} with top = 1 gives one expert the weight 1 and the others 0: the "
            f"derivative by {names} is zero, so that no fit can move them from its start. What is "
            "left of the start is part of the loss and of the residual, also where a fit has "
            f"converged. {UNHELD}"
        )
    elif mixture.jumps(k):
        yield (
            f"The {gate.title} keeps {gate.kept(k)} of the k = {k} fitted experts: the function "
            "jumps where one takes the place of another, and the derivatives that the fits "
            f"follow do not see it. {UNHELD}"
        )


def _unmoved(mixture: Mixture, dimension: int) -> str:
    """Return which parameters act through the weights alone; empty for none."""
    names = ["gates"] if mixture.score.parts(dimension) else []
    names += ["offsets"] if mixture.score.has_offset else []
    return " and ".join(names)


def _data_gates(spec: Specification) -> Iterator[str]:
    """Yield which gates of the data keep every true expert, where the fits do not say so."""
    k, true = spec["atoms"], spec["true_atoms"]
    for name in spec["gates"] if spec["data_gate"] == OWN else (spec["data_gate"],):
        plain = plain_gate(name, spec.fields, true)
        foreign = name not in spec["gates"]
        if plain != name and (foreign or plain_gate(name, spec.fields, k) == name):
            yield (
                f"The data's {make_gate(name).title} with top = {spec['top']} keeps all of the "
                f"k* = {true} true experts: they are data of the {GATES[plain].title}."
            )
