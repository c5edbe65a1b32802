"""Setting, gate regime and expert regime: one control each, over the fields that they set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

import streamlit as st

from moeviz.charts.cards import EXPERT_REGIME, GATE_REGIME, REGIMES
from moeviz.charts.regimes import (
    EXACT,
    MISSPECIFIED,
    ONE,
    OTHER,
    SETTINGS,
    TWO,
    Fields,
    expert_sentence,
    gate_sentence,
    setting_sentence,
    which_expert_regime,
    which_gate_regime,
    which_setting,
)
from moeviz.errors import MoevizError
from moeviz.fields import Value
from moeviz.model import GATES, SCORES
from moeviz.study import PRESETS, Preset
from moeviz.study.fields import MODEL, OWN, TRUTH
from moeviz.study.models import any_misspecified
from moeviz.study.moves import STANDING
from moeviz.study.moving import atoms_of_truth
from moeviz.ui.lab.form import change_form, form_values
from moeviz.ui.lab.link import form_fields
from moeviz.ui.lab.state import STATE
from moeviz.ui.shared.guard import plain

Changes = dict[str, Value]

_TOO_MANY = {EXACT: 0, ONE: 1, TWO: 2}
_OWN_DATA: Changes = {"data_router": OWN, "data_gate": OWN}


def regime_controls(preset: Preset) -> None:
    """Show the three controls; each starts from what the fields say, and sets them when changed.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    """
    values = form_values(preset)
    setting = which_setting(values)
    settings = {
        key: title
        for key, title in SETTINGS.items()
        if key == setting
        or (key != OTHER and (key != MISSPECIFIED or misspecify(preset, values) is not None))
    }
    gate, expert = which_gate_regime(values), which_expert_regime(values)
    first, second, third = st.columns(3)
    with first:
        to_setting = partial(setting_changes, preset)
        _control(preset, "Setting", settings, setting, to_setting)
        st.markdown(plain(setting_sentence(values)))
    with second:
        _control(preset, "Gate regime", REGIMES[GATE_REGIME], gate, gate_changes)
        st.markdown(plain(gate_sentence(values)))
    with third:
        _control(preset, "Expert regime", REGIMES[EXPERT_REGIME], expert, expert_changes)
        st.markdown(plain(expert_sentence(values)))


def setting_changes(preset: Preset, setting: str, values: Fields) -> Changes:
    """Return the fields that bring a study into a setting.

    Parameters
    ----------
    preset : Preset
    setting : str
        A key of :data:`~moeviz.charts.regimes.SETTINGS`.
    values : mapping
        What the form says.
    """
    if setting == MISSPECIFIED:
        return misspecify(preset, values) or {}
    if setting == OTHER:
        return {}
    return {"atoms": atoms_of_truth(values) + _TOO_MANY[setting], **_OWN_DATA}


def misspecify(preset: Preset, values: Fields) -> Changes | None:
    """Return the fields by which the data come from another gate or router than a fit's.

    Parameters
    ----------
    preset : Preset
    values : mapping
        What the form says.

    Returns
    -------
    dict or None
        None where no other gate or router goes with the rest of the form.
    """
    if any_misspecified(values):
        return {}
    decisive = tuple(
        (field.name, values[field.name])
        for field in form_fields(preset.name)
        if field.group in (MODEL, TRUTH) or field.kind in ("choice", "choices")
    )
    return _misspecify(preset.name, decisive)


@lru_cache(maxsize=256)
def _misspecify(name: str, decisive: tuple[tuple[str, Value], ...]) -> Changes | None:
    preset, values = PRESETS[name], dict(decisive)
    for changes in misspecifications(preset, values):
        try:
            preset.build({**values, **changes})
        except MoevizError:
            continue
        return changes
    return None


def misspecifications(preset: Preset, values: Fields) -> list[Changes]:
    """Return all ways to have the data come from another gate or router than some fit's.

    Parameters
    ----------
    preset : Preset
    values : mapping
        What the form says.

    Returns
    -------
    list of dict
        The preset's own kind first; not all of them need go with the rest of the form.
    """
    routers = [("data_router", router) for router in SCORES]
    gates = [("data_gate", gate) for gate in GATES]
    # A truth moves in data of the fitted model alone.
    still: Changes = {} if values["moving"] == STANDING else {"moving": STANDING}
    ways: list[Changes] = [
        {"atoms": values["true_atoms"], **still, **_OWN_DATA, field: source}
        for field, source in (gates + routers if preset.paper == "sigmoid" else routers + gates)
    ]
    return [changes for changes in ways if any_misspecified({**values, **changes})]


def gate_changes(regime: str, values: Fields) -> Changes:
    """Return the fields that bring a study into the dense or the sparse regime.

    Parameters
    ----------
    regime : {"dense", "sparse"}
    values : mapping
        What the form says.
    """
    return {"sparse": 0 if regime == "dense" else max(1, values["sparse"])}


def expert_changes(regime: str, values: Fields) -> Changes:
    """Return the fields that bring a study into Regime 1 or 2.

    Parameters
    ----------
    regime : {"1", "2"}
    values : mapping
        What the form says.
    """
    return {"flat": 0 if regime == "1" else max(1, values["flat"])}


def _control(
    preset: Preset,
    label: str,
    options: Mapping[str, str],
    now: str,
    changes: Callable[[str, Fields], Changes],
) -> None:
    # The key says what the fields say: when a field below changes, this is a new widget that
    # starts from there.
    key = STATE.key(f"{preset.name}.{label}.{now}")
    st.selectbox(
        label,
        list(options),
        list(options).index(now),
        format_func=options.__getitem__,
        key=key,
        on_change=_change,
        args=(preset, key, changes),
    )


def _change(preset: Preset, key: str, changes: Callable[[str, Fields], Changes]) -> None:
    change_form(preset, changes(st.session_state[key], form_values(preset)))
