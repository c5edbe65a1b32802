"""Notices: what a study cannot show, known before anything is run."""

from __future__ import annotations

from collections.abc import Iterator

from moeviz.model import GATES, Mixture
from moeviz.study.fields import OWN
from moeviz.study.models import gate_of, models
from moeviz.study.specification import Specification


def notices(spec: Specification) -> tuple[str, ...]:
    """Return one sentence for each thing that a visitor should know before the study is run.

    Parameters
    ----------
    spec : Specification
    """
    return tuple(dict.fromkeys((*_zero_gates(spec), *_kept_by_gates(spec))))


def _zero_gates(spec: Specification) -> Iterator[str]:
    """Yield what a zero gate means where the score is not defined there."""
    if not spec["sparse"]:
        return
    found = models(spec.fields)
    for score in dict.fromkeys(model.source.score for model in found):
        if score.defined_at_zero:
            continue
        yield (
            f"The {score.title} is not defined at a zero gate, which has no direction; the data "
            "take the offset alone for its score."
        )
        if any(model.mixture.score == score for model in found):
            yield (
                f"A fit of the {score.title} has a direction in every gate, so that no fit is the "
                "truth; no information and no reach are defined, and near a zero gate its "
                "derivative grows without end. With the gauge pinned, a gate takes its true "
                "length, zero, and its direction with it counts for nothing."
            )


def _kept_by_gates(spec: Specification) -> Iterator[str]:
    """Yield how many experts each gate keeps, of those that are fitted and of the true ones."""
    k, true = spec["atoms"], spec["true_atoms"]
    for name in spec["gates"]:
        gate = gate_of(name, spec.fields)
        if not gate.dense:
            continue
        kept = gate.kept(k)
        if kept == k:
            yield (
                f"The {gate.title} with top = {spec['top']} keeps all of the k = {k} fitted "
                f"experts: it is the {GATES[gate.dense].title}."
            )
            continue
        if gate.blind(k):
            fitted = (m.mixture for m in models(spec.fields) if m.mixture.gate == gate)
            yield from (_blind(mixture, spec["dimension"]) for mixture in fitted)
        else:
            yield (
                f"The {gate.title} keeps {kept} of the k = {k} fitted experts: the function jumps "
                "where one takes over from another, and the derivatives that the fits follow do "
                "not see it. No curve of it is held against a theorem."
            )
    for name in spec["gates"] if spec["data_gate"] == OWN else (spec["data_gate"],):
        gate = gate_of(name, spec.fields)
        foreign = name not in spec["gates"]
        if gate.dense and gate.kept(true) == true and (foreign or gate.kept(k) < k):
            yield (
                f"The data's {gate.title} with top = {spec['top']} keeps all of the k* = {true} "
                f"true experts: they are data of the {GATES[gate.dense].title}."
            )


def _blind(mixture: Mixture, dimension: int) -> str:
    """Say what a gate that keeps one expert leaves for a fit to learn."""
    names = ["gates"] if mixture.score.parts(dimension) else []
    names += ["offsets"] if mixture.score.has_offset else []
    gate = f"The {mixture.gate.title} with top = 1 gives one expert the weight 1, the others 0"
    if not names:
        return (
            f"{gate}: who wins changes with the experts alone, by jumps that the derivatives which "
            "the fits follow do not see. No curve of it is held against a theorem."
        )
    return (
        f"{gate}: the derivative by {' and '.join(names)} is zero, so that no fit can move them "
        "from its start. What is left of the start is part of the loss and of the residual, also "
        "where a fit has converged. No curve of it is held against a theorem."
    )
