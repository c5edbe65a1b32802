"""Where a room stands, and what the lecturer's actions make of that: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from moeviz.rooms.agenda import Agenda
from moeviz.rooms.errors import RoomError
from moeviz.rooms.step import Step


@dataclass(frozen=True)
class State:
    """Where a room stands.

    Attributes
    ----------
    at : int
        Place of the step that all see.
    free : bool
        Whether members explore on their own.
    paused : bool
        Whether no answers are taken.
    hidden : bool
        Whether screens show nothing of the step.
    revealed : tuple of str
        Steps that are revealed, by their names, in the order of it.
    turns : mapping of str to int
        How often each step was revealed.
    outcomes : mapping
        What came out, by the step's name: ``words``, and what says who was right.
    ran : tuple of str
        Steps without a question whose run the lecturer has started.
    jobs : mapping of str to str
        What is computed for each step that is revealed, or was started.
    runs : mapping
        Runs of this room whose numbers all its steps speak of, by their kinds and names as of kept
        results: ``job``, and ``words``, which run it was.
    ended : str
        "" while it is open; else ``lecturer`` or ``left``.
    """

    at: int = 0
    free: bool = False
    paused: bool = False
    hidden: bool = False
    revealed: tuple[str, ...] = ()
    ran: tuple[str, ...] = ()
    turns: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)
    runs: Mapping[str, Any] = field(default_factory=dict)
    ended: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """Return the state that plain data say, as :meth:`to_json` wrote them."""
        listed = {name: tuple(data.get(name, ())) for name in ("revealed", "ran")}
        return cls(**{**data, **listed})

    def tells(self, name: str) -> bool:
        """Return whether what came out of a step is told: it is revealed, or was started."""
        return name in self.revealed or name in self.ran

    def takes(self, step: Step) -> bool:
        """Return whether answers to a step are taken now."""
        return step.asks and not (self.ended or self.paused or step.id in self.revealed)


def acted(state: State, agenda: Agenda, action: str, value: Any = None) -> State:
    """Return what an action of the lecturer's makes of a room.

    Parameters
    ----------
    state : State
    agenda : Agenda
    action : str
        ``lead`` (to the place `value`), ``free``, ``follow``, ``pause``, ``resume``, ``hide``,
        ``show``, ``undo``, ``end``, ``run`` (what the step on show runs, named by `value`),
        ``reveal`` or ``came`` (for both `value` holds ``step``, and ``outcome`` or ``job`` as far
        as they are known).
    value : Any

    Raises
    ------
    RoomError
        If that makes no sense now.
    """
    if state.ended:
        raise RoomError("Expected an open room, but it has ended; open another one.")
    made = _ACTIONS.get(action) if isinstance(action, str) else None
    if made is None:
        raise RoomError(f"Expected one of the actions {', '.join(ACTIONS)}; reload the page.")
    return made(state, agenda, value)


def followed(state: State, runs: Mapping[str, Any], outcomes: Mapping[str, Any]) -> State:
    """Return the state in which all steps speak of other runs than before.

    Parameters
    ----------
    state : State
    runs : mapping
        As of :class:`State`.
    outcomes : mapping
        What came out by these, of steps that are told.
    """
    told = {
        name: dict(outcome)
        for name, outcome in outcomes.items()
        if state.tells(name) and (outcome or name in state.outcomes)
    }
    return replace(state, runs=dict(runs), outcomes={**state.outcomes, **told})


def _lead(state: State, agenda: Agenda, value: Any) -> State:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < len(agenda.steps):
        raise RoomError(f"Expected one of {len(agenda.steps)} steps; reload the page.")
    return replace(state, at=value, free=False, hidden=False)


def _reveal(state: State, agenda: Agenda, value: Any) -> State:
    step = agenda.steps[state.at]
    said = value if isinstance(value, Mapping) else {}
    if said.get("step", step.id) != step.id:
        raise RoomError("Expected the step on show to be revealed, but another one is; look again.")
    if not step.asks:
        raise RoomError("Expected a question to reveal, but this step has none; go on.")
    if step.id in state.revealed:
        raise RoomError("Expected a step that is not revealed yet; undo that first.")
    shown = replace(
        state,
        hidden=False,
        revealed=(*state.revealed, step.id),
        turns={**state.turns, step.id: state.turns.get(step.id, 0) + 1},
    )
    known = said.keys() & {"outcome", "job"}
    return _came(shown, agenda, {**said, "step": step.id}) if known else shown


def _run(state: State, agenda: Agenda, value: Any) -> State:
    step = agenda.steps[state.at]
    if value != step.id:
        raise RoomError("Expected the step on show to be run, but another one is; look again.")
    if step.run is None or step.asks:
        raise RoomError("Expected a step that runs something by itself, but this one does not.")
    # What was tried before and did not come to its end is tried again.
    return replace(
        state,
        hidden=False,
        ran=tuple(dict.fromkeys((*state.ran, step.id))),
        turns={**state.turns, step.id: state.turns.get(step.id, 0) + 1},
        outcomes=_without(state.outcomes, step.id),
        jobs=_without(state.jobs, step.id),
    )


def _undo(state: State, agenda: Agenda, value: Any) -> State:
    if not state.revealed:
        raise RoomError("Expected a step that was revealed, but none is; there is nothing to undo.")
    *kept, last = state.revealed
    return replace(
        state,
        revealed=tuple(kept),
        outcomes=_without(state.outcomes, last),
        jobs=_without(state.jobs, last),
    )


def _without(found: Mapping[str, Any], gone: str) -> dict[str, Any]:
    return {name: each for name, each in found.items() if name != gone}


def _came(state: State, agenda: Agenda, value: Any) -> State:
    said = value if isinstance(value, Mapping) else {}
    name, outcome, job = str(said.get("step")), said.get("outcome"), said.get("job")
    if not state.tells(name):
        raise RoomError("Expected a step that is revealed, but it is not; look at the screen.")
    return replace(
        state,
        outcomes={**state.outcomes, name: dict(outcome)} if outcome else state.outcomes,
        jobs={**state.jobs, name: str(job)} if job else state.jobs,
    )


_ACTIONS: Mapping[str, Callable[[State, Agenda, Any], State]] = {
    "lead": _lead,
    "free": lambda state, agenda, value: replace(state, free=True),
    "follow": lambda state, agenda, value: replace(state, free=False),
    "pause": lambda state, agenda, value: replace(state, paused=True),
    "resume": lambda state, agenda, value: replace(state, paused=False),
    "hide": lambda state, agenda, value: replace(state, hidden=True),
    "show": lambda state, agenda, value: replace(state, hidden=False),
    "run": _run,
    "reveal": _reveal,
    "undo": _undo,
    "came": _came,
    "end": lambda state, agenda, value: replace(state, ended="left" if value else "lecturer"),
}

ACTIONS = tuple(_ACTIONS)
"""What may be done."""
