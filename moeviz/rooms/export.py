"""A room's answers as CSV, without who: neither names nor numbers nor times."""

from __future__ import annotations

import csv
import io

from moeviz.rooms.answers import Content
from moeviz.rooms.numbers import ran_words, reads
from moeviz.rooms.plain import bare, plain
from moeviz.rooms.room import Room
from moeviz.rooms.step import Step
from moeviz.ruler import verdict

COLUMNS = ("step", "question", "kind", "answer", "right", "reveals_before")
"""The last: how often the step had been revealed when the answer was given; 0 where nobody knew."""

SAID = {"right": "yes", "near": "near", "wrong": "no", "unknown": ""}
"""What stands below ``right``."""

MORE = "results_of"
"""In a room that has run something: the runs that the step's results are of, else ``kept``."""


def answers_csv(room: Room) -> str:
    """Return all answers of a room, ordered by what they say, so that no row leads to a person.

    Parameters
    ----------
    room : Room
    """
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    ran = bool(room.state.runs)
    writer.writerow((*COLUMNS, MORE) if ran else COLUMNS)
    for number, step in enumerate(room.agenda.steps, start=1):
        outcome = room.state.outcomes.get(step.id)
        runs = (
            [_safe(ran_words(room.state, step) or ("kept" if reads(step) else ""))] if ran else []
        )
        rows, title = [], _safe(bare(plain(step.title)))
        for answer in room.answers.get(step.id, {}).values():
            said = SAID[verdict(answer.content, outcome)]
            rows.append((_words(step, answer.content), said, answer.turn))
        for words, said, turn in sorted(rows, key=str):
            writer.writerow([number, title, step.kind, words, said, turn, *runs])
    return content.getvalue()


def _words(step: Step, content: Content) -> str:
    if isinstance(content, float):
        return f"{content:.10g}"
    labels = dict(step.options)
    names = content if isinstance(content, tuple) else (content,)
    return _safe(bare(plain(" > ".join(labels.get(name, name) for name in names))))


def _safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
