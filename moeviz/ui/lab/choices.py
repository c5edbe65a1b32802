"""Which choices go with the others, why not, and the nearest whole that can.

For each choice of the strip the study is built as it would be with it; where that is refused,
:mod:`moeviz.ui.lab.mends` finds what else must change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moeviz.charts.cards import EXPERT_REGIME, GATE_REGIME, REGIMES, REGISTRIES, SETTING
from moeviz.charts.regimes import (
    MISSPECIFIED,
    OTHER,
    which_expert_regime,
    which_gate_regime,
    which_setting,
)
from moeviz.fields import Value
from moeviz.study import FIELDS, PRESETS, Preset
from moeviz.ui.lab.mends import Begun, nearest, refusal
from moeviz.ui.lab.regimes import (
    Changes,
    expert_changes,
    gate_changes,
    misspecifications,
    setting_changes,
)

INDIFFERENT = ("seed", "truth_seed", "tau1", "tau2", "noise", "box", "rate", "em_tolerance")
"""Fields on whose values it does not depend what goes together."""


@dataclass(frozen=True)
class Offer:
    """What picking a choice would do.

    Attributes
    ----------
    changes : tuple of (str, Value)
        Every field that it sets; empty where it cannot be had.
    why : str
        Why it does not go with what is set; empty where it does.
    takes : str
        What it changes beside itself, in words; empty where that is nothing.
    """

    changes: tuple[tuple[str, Value], ...]
    why: str = ""
    takes: str = ""


@dataclass(frozen=True)
class Choice:
    """One choice of the strip.

    Attributes
    ----------
    field, name : str
        The field or group of regimes, and which of its choices.
    chosen : bool
        Whether it is set now.
    alone : Offer
        To choose this one in place of what is chosen.
    beside : Offer or None
        To add it to the others that are compared, or to take it away again; None where a field
        takes one choice only, or the last one would be taken away.
    """

    field: str
    name: str
    chosen: bool
    alone: Offer
    beside: Offer | None = None


def choices(preset: Preset, values: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return all choices of the strip but the study, field by field.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    values : mapping
        What the form says; it need not be a study that can be run.
    """
    decisive = tuple((name, values[name]) for name in FIELDS if name not in INDIFFERENT)
    changes = tuple(registry.changes for registry in REGISTRIES.values())
    return _choices(preset.name, decisive, changes)


@lru_cache(maxsize=256)
def _choices(
    name: str, decisive: tuple[tuple[str, Value], ...], _changes: tuple[int, ...]
) -> tuple[Choice, ...]:
    preset = PRESETS[name]
    values = {**preset.defaults, **dict(decisive)}
    found = [
        _part(preset, values, field, each) for field in REGISTRIES for each in REGISTRIES[field]
    ]
    for group, titles in REGIMES.items():
        now = _regime_now(group, values)
        found += [
            _regime(preset, values, group, each, each == now)
            for each in titles
            if each != OTHER or each == now
        ]
    return tuple(found)


def _part(preset: Preset, values: Mapping[str, Any], field: str, name: str) -> Choice:
    if FIELDS[field].kind == "choice":
        chosen = values[field] == name
        return Choice(field, name, chosen, _offer(preset, values, [{field: name}]))
    now: tuple[str, ...] = values[field]
    alone = _offer(preset, values, [{field: (name,)}])
    rest = tuple(each for each in now if each != name)
    beside = _beside(preset, values, field, rest if name in now else (*now, name))
    return Choice(field, name, name in now, alone, beside)


def _beside(
    preset: Preset, values: Mapping[str, Any], field: str, wanted: tuple[str, ...]
) -> Offer | None:
    if not wanted:
        return None
    changes: Changes = {field: FIELDS[field].check(wanted)}
    why = refusal(preset, {**values, **changes})
    return Offer((), why) if why else Offer(tuple(changes.items()))


def _regime_now(group: str, values: Mapping[str, Any]) -> str:
    if group == SETTING:
        return which_setting(values)
    if group == GATE_REGIME:
        return which_gate_regime(values)
    return which_expert_regime(values)


def _regime(
    preset: Preset, values: Mapping[str, Any], group: str, name: str, chosen: bool
) -> Choice:
    if chosen:
        return Choice(group, name, True, Offer(()))
    if group == GATE_REGIME:
        ways = [gate_changes(name, values)]
    elif group == EXPERT_REGIME:
        ways = [expert_changes(name, values)]
    elif name == MISSPECIFIED:
        ways = misspecifications(preset, values)
    else:
        ways = [setting_changes(preset, name, values)]
    return Choice(group, name, False, _offer(preset, values, ways))


def _offer(preset: Preset, values: Mapping[str, Any], ways: list[Changes]) -> Offer:
    """Return the offer of the first of several ways that needs the fewest other changes."""
    why = ""
    begun: list[Begun] = []
    for way in ways:
        refused = refusal(preset, {**values, **way})
        if not refused:
            return Offer(tuple(way.items()))
        why = why or refused
        begun.append(Begun(way, {}, refused))
    found = nearest(preset, values, begun)
    if found is None:
        return Offer((), why)
    return Offer(tuple({**found.way, **found.more}.items()), why, _takes(found.more))


def _takes(changes: Changes) -> str:
    return " and ".join(_words(field, value) for field, value in changes.items())


def _words(field: str, value: Value) -> str:
    if field in REGISTRIES:
        names = (value,) if isinstance(value, str) else value
        return ", ".join(REGISTRIES[field][name].title for name in names)  # type: ignore[union-attr,index]
    text = FIELDS[field].write(value)
    if field in _WORDS:
        return _WORDS[field].format(text)
    label = FIELDS[field].label
    return f"{label[0].lower()}{label[1:]} {text}"


_WORDS = {
    "losses": "what is read off a fit ({})",
    "design": "a {} truth",
    "dimension": "{} input dimensions",
    "data_gate": "data of each fit's {} gate",
    "data_router": "data of each fit's {} router",
    "moving": "a truth that stands still",
    "sparse": "{} zero gates",
    "flat": "{} experts with zero slopes",
    "atoms": "{} fitted experts",
    "true_atoms": "{} true experts",
}
"""Fields that an offer may change, in words."""
