"""About how much memory a network in training needs, and how much its records do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.model.affinities import AFFINITIES
from moeviz.train.portions import PROBE_TOKENS, SCORED_NUMBERS, TOKENS_AT_ONCE
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS
from moeviz.train.tasks import TASKS
from moeviz.train.text import MOST_SYMBOLS

BASE = 420 * 2**20
"""Bytes of a worker that trains next to nothing: Python, torch and the other libraries."""

NUMBER = 4
"""Bytes of a number in single precision."""

STATE = 16
"""Numbers for each weight, at the most: itself, its slope and two means of the optimizer, and what
a state holds of them four times: as it came, as it is written, its copy and what is sent."""

TOKEN = 16
"""Times the width: numbers of a token that a block keeps for the way back, beside its experts'."""

SCORE = 6
"""Numbers that a block keeps for each expert that scores a token."""

TOGETHER = 4
"""Times the width: what more an expert's answer keeps where an affinity reads all answers."""

LETTERS = 4 / 3
"""Letters of a packed byte."""

NUMBER_IN_MEMORY = 32
"""Bytes of a number in a list, and more than it has letters."""


def weights(name: str, f: Mapping[str, Any]) -> float:
    """Return about how many weights the network of a method has; `f` are its fields."""
    width, experts = f["width"], f["experts"]
    if name in REFERENCES:
        answering = experts if REFERENCES[name].total else f["top"]
    else:
        answering = experts + int(ROUTERS[name].shared)
    layer = answering * (2 * width * f["hidden"] + f["hidden"] + width) + 2 * experts * width
    block = 4 * width**2 + 9 * width + layer
    return float(f["layers"] * block + width * (2 * MOST_SYMBOLS + f["context"]))


def worker_bytes(name: str, f: Mapping[str, Any]) -> float:
    """Return about how many bytes a worker needs for a method, at the most.

    Parameters
    ----------
    name : str
        The method's.
    f : mapping
        Every field of its training run.

    Notes
    -----
    Counted are the weights with all that belongs to them, what a step keeps for its way back
    through all blocks, and what one block needs while nothing is learned: a process keeps what it
    frees (:mod:`moeviz.train.freed`), and pieces of one kind of work seldom fit those of the other.
    Of an expert that answers a token these are its hidden numbers before and after its function,
    with their slopes, and its answer. Where experts compete by an affinity that reads all of them,
    all of them keep their numbers, and what the affinity makes of them. A test holds the count to
    what a process needs.
    """
    task = TASKS[str(f["task"])]
    learned, at_once = f["batch"] * task.tokens(f), max(TOKENS_AT_ONCE, task.tokens(f))
    trained, asked = answering(name, f)
    expert = 3 * (f["hidden"] + f["width"]) + TOGETHER * f["width"] * reads_all(name, f)
    token = TOKEN * f["width"] + SCORE * f["experts"]
    step = learned * (f["layers"] * (token + trained * expert) + 3 * MOST_SYMBOLS)
    seen = at_once * (token + asked * expert + 3 * MOST_SYMBOLS)
    return float(BASE + task.libraries + NUMBER * (STATE * weights(name, f) + step + seen))


def record_bytes(name: str, f: Mapping[str, Any], checkpoints: int) -> float:
    """Return about how many bytes the records of one run take, in a server's memory or a file.

    Parameters
    ----------
    name : str
        The method's.
    f : mapping
        Every field of its training run.
    checkpoints : int
        How often it is looked at.
    """
    losses = NUMBER_IN_MEMORY * f["steps"]
    if name in REFERENCES:
        return float(losses)
    tokens = max(PROBE_TOKENS, TASKS[str(f["task"])].tokens(f))
    # Two bytes of each score and affinity; one of each choice and winner, two of their weights.
    scored = max(SCORED_NUMBERS, f["experts"] * TASKS[str(f["task"])].tokens(f))
    scored = min(f["experts"] * tokens, scored)
    layer = LETTERS * (4 * scored + 6 * f["top"] * tokens) + NUMBER_IN_MEMORY * f["experts"]
    return float(losses + checkpoints * f["layers"] * layer)


def reads_all(name: str, f: Mapping[str, Any]) -> bool:
    """Return whether experts compete by an affinity that reads the answers of all of them."""
    competes = name in ROUTERS and ROUTERS[name].competes != "never"
    return competes and not AFFINITIES[f["affinity"]].alone


def answering(name: str, f: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many experts keep numbers of a token while learning, and while not."""
    if name in REFERENCES:
        answering = f["experts"] if REFERENCES[name].total else f["top"]
        return answering, answering
    if not reads_all(name, f):
        return f["top"], f["top"]
    return f["experts"], f["experts"] if ROUTERS[name].competes == "always" else f["top"]
