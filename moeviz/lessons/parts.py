"""A lesson's file in parts: its header, and steps of words and fenced blocks, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from moeviz.lessons.conditions import short
from moeviz.lessons.faults import Faults

MOST_BYTES = 60_000
MOST_LINES = 1500
MOST_STEPS = 20
MOST_BLOCKS = 12
"""In one step."""

LONGEST_LINE = 1000

BLOCKS = ("look", "run", "predict", "reveal", "if", "check", "next")
"""What may stand behind three backticks."""

_EDGE = "+++"
_FENCE = re.compile(r"```+\s*([^`]*)")
_HEADING = re.compile(r"##\s+(.+?)(?:\s*\{#([^{}]*)\})?\s*")
_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass
class Part:
    """A piece of a step.

    Attributes
    ----------
    line : int
        Where its words or its fields begin.
    kind : str
        ``"text"``, or one of :data:`BLOCKS`.
    lines : list of str
    """

    line: int
    kind: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)


@dataclass
class PartStep:
    """A step in pieces.

    Attributes
    ----------
    line : int
    title, id : str
    parts : list of Part
    """

    line: int
    title: str
    id: str
    parts: list[Part] = field(default_factory=list)


@dataclass
class Parts:
    """A file in pieces.

    Attributes
    ----------
    header : Part
    steps : list of PartStep
    """

    header: Part
    steps: list[PartStep]


def parts_of(text: str, faults: Faults) -> Parts | None:
    """Return a file in pieces; None where it is none that could be read further.

    Parameters
    ----------
    text : str
    faults : Faults
        Where what is wrong is noted.
    """
    lines = _lines(text, faults)
    if lines is None:
        return None
    if not lines or lines[0].strip() != _EDGE:
        faults.say(1, f"Expected the header first: a line {_EDGE}, its fields, and a line {_EDGE}.")
        return None
    ends = [at for at, line in enumerate(lines) if at and line.strip() == _EDGE]
    if not ends:
        faults.say(1, f"Expected a line {_EDGE} where the header ends, but there is none.")
        return None
    header = Part(2, "header", lines[1 : ends[0]])
    return Parts(header, _steps(lines, ends[0] + 1, faults))


def _lines(text: str, faults: Faults) -> list[str] | None:
    size = len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        faults.say(1, f"Expected at most {MOST_BYTES:,} bytes, but the file has {size:,}.")
        return None
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > MOST_LINES:
        faults.say(MOST_LINES, f"Expected at most {MOST_LINES:,} lines, but got {len(lines):,}.")
        return None
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            faults.say(number, f"Expected at most {LONGEST_LINE} letters in a line; break it.")
        if _HIDDEN.search(line) or any(not c.isprintable() and c != "\t" for c in line):
            faults.say(number, "Expected letters that can be seen, but there are hidden ones.")
    return lines


def _steps(lines: list[str], first: int, faults: Faults) -> list[PartStep]:
    steps: list[PartStep] = []
    inside: Part | None = None
    for number, line in enumerate(lines[first:], start=first + 1):
        if inside is not None and inside.kind != "text":
            if line.strip() == "```":
                inside = None
            else:
                inside.lines.append(line)
            continue
        if heading := _HEADING.fullmatch(line):
            steps.append(_step(number, heading, steps, faults))
            inside = None
        elif fence := _FENCE.fullmatch(line.strip()):
            inside = _block(number, fence[1].strip(), steps, faults)
        elif line.startswith("#"):
            faults.say(number, "Expected a step's heading with two signs, as in ## What came out.")
        elif line.strip() or inside is not None:
            inside = _text(number, line, inside, steps, faults)
    if inside is not None and inside.kind != "text":
        faults.say(inside.line - 1, f"Expected a line ``` where the block {inside.kind} ends.")
    if not steps:
        faults.say(first, "Expected at least one step: a line ## and its title.")
    if len(steps) > MOST_STEPS:
        faults.say(steps[MOST_STEPS].line, f"Expected at most {MOST_STEPS} steps.")
    for step in steps:
        if len(step.parts) > MOST_BLOCKS:
            faults.say(step.line, f"Expected at most {MOST_BLOCKS} blocks in one step.")
        if not step.parts:
            faults.say(step.line, f"Expected something in the step '{short(step.title)}'.")
    return steps


def _step(number: int, heading: re.Match[str], steps: list[PartStep], faults: Faults) -> PartStep:
    title, said = heading[1], heading[2]
    name = said if said is not None else re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:30]
    if not _ID.fullmatch(name):
        faults.say(
            number, f"Expected a step's id of small letters, as in ## {short(title)} {{#look}}."
        )
    elif any(step.id == name for step in steps):
        faults.say(number, f"Expected each step's id once, but '{name}' comes twice.")
    if len(title) > 80 or re.search(r"[<>\[\]`*{}|]", title):
        faults.say(number, "Expected a step's title of at most 80 plain letters.")
    return PartStep(number, title, name)


def _block(number: int, kind: str, steps: list[PartStep], faults: Faults) -> Part:
    if kind not in BLOCKS:
        faults.say(
            number,
            f"Expected a block ({', '.join(BLOCKS)}) behind the backticks, but got "
            f"'{short(kind)}'.",
        )
    part = Part(number + 1, kind if kind in BLOCKS else "unknown")
    if steps:
        steps[-1].parts.append(part)
    else:
        faults.say(number, "Expected a step's heading before its first block.")
    return part


def _text(
    number: int, line: str, inside: Part | None, steps: list[PartStep], faults: Faults
) -> Part | None:
    if not steps:
        faults.say(number, "Expected a step's heading before its first words.")
        return None
    if inside is None:
        inside = Part(number, "text")
        steps[-1].parts.append(inside)
    inside.lines.append(line)
    return inside
