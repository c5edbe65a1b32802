"""Of which runs a room's numbers are: of its own, once they have ended, and else of kept ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.rooms.agenda import Agenda
from moeviz.rooms.state import State
from moeviz.rooms.step import Step

OWN = "Results here are those of the run in this room: {runs}."
OTHERS = " All others are kept ones."
WAITS = "Until the run in this room has ended, numbers here are kept ones."
STOPPED = "The run in this room did not come to its end: numbers here are kept ones."


def key_of(run: Mapping[str, Any] | None) -> str:
    """Return what tells a run's results from those of others, as of a kept one; "" for no run.

    Parameters
    ----------
    run : mapping or None
        With ``what`` and ``name``, as a step has it.
    """
    return f"{run['what']} {run['name']}" if run else ""


def reads(step: Step) -> tuple[str, ...]:
    """Return by :func:`key_of` which results a step speaks of, asks for, or shows.

    Parameters
    ----------
    step : Step
    """
    named = (step.source or {}).get("reads", ())
    own = key_of(step.run)
    return tuple(dict.fromkeys([*map(str, named), *([own] if own else [])]))


def jobs_of(state: State, step: Step) -> dict[str, str]:
    """Return by :func:`key_of` the jobs whose results a step shows in place of kept ones.

    Parameters
    ----------
    state : State
    step : Step
        What it runs itself is shown while it arrives.
    """
    found = {key: str(run["job"]) for key, run in state.runs.items()}
    job = state.jobs.get(step.id) if state.tells(step.id) else None
    if job and "trouble" not in state.outcomes.get(step.id, {}):
        found[key_of(step.run)] = job
    return found


def ran_words(state: State, step: Step) -> str:
    """Return by which of the room's runs a step's numbers are; "" where they are kept ones.

    Parameters
    ----------
    state : State
    step : Step
    """
    return "; ".join(state.runs[key]["words"] for key in reads(step) if key in state.runs)


def numbers_of(state: State, agenda: Agenda, step: Step) -> str:
    """Return of which run a step's numbers are, where the room has run something for it.

    Parameters
    ----------
    state : State
    agenda : Agenda
    step : Step
    """
    if runs := ran_words(state, step):
        more = any(key not in state.runs for key in reads(step))
        return OWN.format(runs=runs) + (OTHERS if more else "")
    if not (step.source or {}).get("lesson"):
        return ""
    told = [s for s in agenda.steps if state.tells(s.id) and key_of(s.run) in reads(step)]
    stopped = {s.id for s in told if "trouble" in state.outcomes.get(s.id, {})}
    if any(s.run and s.id in state.jobs and s.id not in stopped for s in told):
        return WAITS
    return STOPPED if stopped - {step.id} else ""  # At its own step stands why.
