"""The table of a study's fields, group by group, in the order in which a form shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from moeviz.fields import Field, Table, Values
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields.data import DATA_FIELDS
from moeviz.study.fields.fits import FIT_FIELDS
from moeviz.study.fields.model import model_fields
from moeviz.study.fields.reading import READING_FIELDS
from moeviz.study.fields.truth import TRUTH_FIELDS


def _all() -> Iterator[Field]:
    yield from model_fields()
    read = {name for estimator in ESTIMATORS.values() for name in estimator.fields}
    for field in (*TRUTH_FIELDS, *DATA_FIELDS, *FIT_FIELDS, *READING_FIELDS):
        yield replace(field, applies=_runs(field)) if field.name in read else field


def _runs(field: Field) -> Callable[[Values], bool]:
    """Return whether some estimator that is chosen reads a field, which applies itself."""

    def applies(values: Values) -> bool:
        chosen = (ESTIMATORS[name] for name in values["estimators"])
        return any(field.name in one.fields for one in chosen) and field.applies(values)

    return applies


def _changes() -> tuple[int, ...]:
    return tuple(part.changes for part in (SCORES, GATES, EXPERTS, OUTPUTS, ESTIMATORS))


FIELDS: Mapping[str, Field] = Table(_all, _changes)
"""Every field of a study, with the laboratory's defaults."""
