"""Curves: planned curves with their numbers, as plain data and back.

The JSON of a curve has besides, for those who read it, what follows from the specification:
titles, theory's exponent and the papers' slopes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.estimate import ENDED
from moeviz.model import GATES, SCORES
from moeviz.study.curve_kinds import FITS, KINDS, STARTS
from moeviz.study.local_slope import LocalSlope
from moeviz.study.models import plan_fit
from moeviz.study.plan import plan
from moeviz.study.planned_curves import PlannedCurve, plan_curve
from moeviz.study.reader import Numbers, ObjectReader, Rows, attributes, plain
from moeviz.study.slope import CONFIDENCE, NoSlope, Slope
from moeviz.study.specification import Specification
from moeviz.study.trusted import trusted_values
from moeviz.theory import Reading

ENDS = frozenset(kind.label for kind in ENDED)
"""What the ways for a fit to end are called in a result."""


@dataclass(frozen=True)
class Curve(PlannedCurve):
    """A planned curve with its numbers; lists run over the sample sizes that are there.

    Attributes
    ----------
    n : tuple of int
        Sample sizes.
    replicates : tuple of tuple of int
        Which replicates each size has.
    loss : tuple of tuple of float or None
        Their losses; None for a fit that has none.
    mean, median, geometric : tuple of float or None
        Of the losses.
    status : tuple of mapping of str to int
        How many fits ended in which way.
    residual, steps : tuple of float or None
        Means of the cost per observation, and of the steps taken.
    slope : Slope or None
    no_slope : NoSlope or None
        Why there is no slope.
    local_slope : tuple of LocalSlope
        Between neighbouring sizes.
    trace : tuple of float or None
        Minus the mean log-likelihood by step, at the largest size.
    predicted_constant : float or None
        The information predicts this over the root of n.
    predicted : tuple of float or None
        That line at each size.
    function_alone : tuple of int or None
        How many fits have learnt the function and not the parameters, where that can be told.
    predicted_protocol : tuple of float or None
        The mean loss that a protocol's linear recursion predicts, at each of the study's sizes in
        their order, whether or not they are there; None for no number, as where it diverges. None
        for curves of which nothing is predicted.
    protocol_shift : tuple of float or None
        By what share the cost's departure from its quadratic moves the losses behind that; None
        for without bound.
    protocol_rate : float or None
        The share of itself that its fastest direction loses in a step; beyond 2 it grows.
    outset : tuple of float or None
        Of a curve of what a protocol has left to do: how far its starts were from the same ends,
        on average; None for other curves.
    least_errors : tuple of float or None
        Of a separation: at each size, what the errors of the best test between truth and limit
        sum to at least.
    """

    n: tuple[int, ...]
    replicates: tuple[tuple[int, ...], ...]
    loss: Rows
    mean: Numbers
    median: Numbers
    geometric: Numbers
    status: tuple[Mapping[str, int], ...]
    residual: Numbers
    steps: Numbers
    slope: Slope | None
    no_slope: NoSlope | None
    local_slope: tuple[LocalSlope, ...]
    trace: Numbers | None = None
    predicted_constant: float | None = None
    predicted: Numbers | None = None
    function_alone: tuple[int, ...] | None = None
    predicted_protocol: Numbers | None = None
    protocol_shift: Numbers | None = None
    protocol_rate: float | None = None
    outset: Numbers | None = None
    least_errors: Numbers | None = None

    @property
    def trusted_protocol(self) -> Numbers:
        """The protocol's predicted losses where its recursion holds; None elsewhere."""
        return trusted_values(self.predicted_protocol or (), self.protocol_shift or ())

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`read` turns back into this curve."""
        numbers = {name: plain(getattr(self, name)) for name in _NUMBERS}
        return {
            "label": self.label,
            "router": self.router,
            "router_title": SCORES[self.router].title,
            "gate": self.gate,
            "gate_title": GATES[self.gate].title,
            "expert": self.expert,
            "output": self.setting.output,
            "estimator": self.estimator_title,
            "estimator_name": self.estimator,
            "gauge": self.reading.gauge,
            "gauge_title": self.gauge_title,
            "loss_name": self.reading.loss,
            "loss_title": self.reading.title,
            "fit": self.fit,
            "trained": self.trained,
            "kind": self.kind,
            **numbers,
            "slope": self.slope and {**plain(attributes(self.slope)), "confidence": CONFIDENCE},
            "no_slope": self.no_slope and self.no_slope.value,
            "local_slope": [attributes(one) for one in self.local_slope],
            "theory": {
                "exponent": self.claim.exponent,
                "text": self.claim.text,
                "source": self.claim.source,
            },
            "published": self.published and self.published.to_json(),
        }

    @classmethod
    def read(cls, data: ObjectReader, spec: Specification) -> Curve:
        """Return what a JSON object says; names, claim and paper's slope are those of today."""
        slope = _slope(data.record("slope")) if "slope" in data else None
        return cls(
            **attributes(_planned(data, spec)),
            n=data.wholes("n"),
            replicates=data.whole_rows("replicates"),
            loss=data.rows("loss"),
            mean=data.numbers("mean"),
            median=data.numbers("median"),
            geometric=data.numbers("geometric"),
            status=tuple(one.counts(ENDS) for one in data.records("status")),
            residual=data.numbers("residual"),
            steps=data.numbers("steps"),
            trace=data.maybe_numbers("trace"),
            slope=slope,
            no_slope=None if slope else data.one_of("no_slope", NoSlope, NoSlope.TOO_FEW),
            local_slope=tuple(
                LocalSlope(one.number("n"), one.maybe("slope"), one.maybe("low"), one.maybe("high"))
                for one in data.records("local_slope")
            ),
            predicted_constant=data.maybe("predicted_constant"),
            predicted=data.maybe_numbers("predicted"),
            function_alone=data.wholes("function_alone") if "function_alone" in data else None,
            predicted_protocol=data.maybe_numbers("predicted_protocol"),
            protocol_shift=data.maybe_numbers("protocol_shift"),
            protocol_rate=data.maybe("protocol_rate"),
            outset=data.maybe_numbers("outset"),
            least_errors=data.maybe_numbers("least_errors"),
        )


_NUMBERS = (
    "n", "replicates", "loss", "mean", "median", "geometric", "status", "residual", "steps",
    "trace", "predicted_constant", "predicted", "function_alone", "predicted_protocol",
    "protocol_shift", "protocol_rate", "outset", "least_errors",
)  # fmt: skip


def _slope(data: ObjectReader) -> Slope:
    numbers = (data.number("estimate"), data.number("low"), data.number("high"))
    return Slope(*numbers, data.pair("window"))


def _planned(data: ObjectReader, spec: Specification) -> PlannedCurve:
    """Return the plan's curve that was measured; made anew where today's plan has none such."""
    names = [data.text(name) for name in ("router", "gate", "expert", "estimator_name")]
    reading = Reading(data.text("loss_name"), data.text("gauge"))
    router, gate, expert, estimator = names
    fit = plan_fit(spec.fields, data.whole("fit"), router, gate, expert, estimator)
    made = plan_curve(spec, fit, reading, _kind(data))
    for curve in plan(spec).curves:
        if curve.key == made.key and curve.fit == made.fit:
            return curve
    return made


def _kind(data: ObjectReader) -> str:
    """Return of which kind a curve is; one of before there were three was trained or was not."""
    if "kind" in data:
        kind = data.text("kind")
        if kind not in KINDS:
            raise SpecificationError(
                f"Expected one of {', '.join(KINDS)} for {data.where}.kind, but got "
                f"'{kind[:40]}'; choose a file that this laboratory wrote."
            )
        return kind
    return STARTS if "trained" in data and not data.truth("trained") else FITS
