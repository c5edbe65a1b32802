"""Settings and regimes in words: how a study's fit stands to its truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.model import GATES, SCORES
from moeviz.study.fields import OWN
from moeviz.study.models import any_misspecified
from moeviz.study.moving import atoms_of_truth

EXACT, ONE, TWO, MISSPECIFIED, OTHER = "exact", "one", "two", "misspecified", "other"

SETTINGS: Mapping[str, str] = {
    EXACT: "Exact-specified",
    ONE: "One expert too many",
    TWO: "Two experts too many",
    MISSPECIFIED: "Misspecified",
    OTHER: "More than two too many",
}
"""The settings by key, in the order of a choice."""

Fields = Mapping[str, Any]


def which_setting(fields: Fields) -> str:
    """Return which of :data:`SETTINGS` a study is in.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    """
    if any_misspecified(fields):
        return MISSPECIFIED
    too_many = fields["atoms"] - atoms_of_truth(fields)
    return {0: EXACT, 1: ONE, 2: TWO}.get(too_many, OTHER)


def which_gate_regime(fields: Fields) -> str:
    """Return ``"sparse"`` where some true gate does not see the input, else ``"dense"``.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    """
    return "sparse" if fields["sparse"] else "dense"


def which_expert_regime(fields: Fields) -> str:
    """Return ``"2"`` where some true expert does not see the input, else ``"1"``.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    """
    return "2" if fields["flat"] else "1"


def setting_sentence(fields: Fields) -> str:
    """Say how many experts are fitted, and to whose data.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    """
    k, true = fields["atoms"], atoms_of_truth(fields)
    if any_misspecified(fields):
        parts = []
        if fields["data_router"] != OWN:
            parts.append(SCORES[fields["data_router"]].title)
        if fields["data_gate"] != OWN:
            parts.append(GATES[fields["data_gate"]].title)
        return (
            f"The data of {true} experts come from another model ({' and '.join(parts)}); fits of "
            f"{k} experts are held against their best approximation."
        )
    if k == true > fields["true_atoms"]:
        return (
            f"As many experts are fitted as made the data, k = {k}; the limit of their truths has "
            f"{fields['true_atoms']}."
        )
    if k == true:
        return f"As many experts are fitted as made the data: k = k* = {k}."
    return (
        f"{k} experts are fitted to data of {true} (k = {k}, k* = {true}), so that some share a "
        "true one."
    )


def gate_sentence(fields: Fields) -> str:
    """Say which true gates see the input.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    """
    blind = fields["sparse"]
    if not blind:
        return "Every true gate sees the input."
    return f"{_last(blind, 'true gate', 'true gates')} zero: the input does not move {_it(blind)}."


def expert_sentence(fields: Fields) -> str:
    """Say which true experts see the input.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    """
    flat = fields["flat"]
    if not flat:
        return "Every true expert sees the input."
    has = "has" if flat == 1 else "have"
    last = _last(flat, "true expert", "true experts").rsplit(" ", 1)[0]
    return f"{last} {has} zero slopes: the input does not move {_it(flat)}."


def regime_sentences(fields: Fields) -> list[str]:
    """Say a study's setting, gate regime and expert regime.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    """
    gate, expert = which_gate_regime(fields), f"Regime {which_expert_regime(fields)}"
    return [
        f"Setting: {SETTINGS[which_setting(fields)].lower()}. {setting_sentence(fields)}",
        f"Gate regime: {gate}. {gate_sentence(fields)}",
        f"Expert regime: {expert}. {expert_sentence(fields)}",
    ]


def _last(count: int, one: str, many: str) -> str:
    return f"The last {one} is" if count == 1 else f"The last {count} {many} are"


def _it(count: int) -> str:
    return "it" if count == 1 else "them"
