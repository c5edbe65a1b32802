"""Fields of a lesson's header or block: TOML as plain data, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from moeviz.lessons.conditions import short
from moeviz.lessons.faults import Faults
from moeviz.lessons.parts import Part
from moeviz.lessons.words import checked_words
from moeviz.text import nearest

DEEPEST = 5
MOST_ENTRIES = 40
"""Of a list."""

_NESTED = re.compile(rf"(?:[\[{{]\s*(?:\w+\s*=\s*)?){{{DEEPEST + 1}}}")
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def table_of(part: Part, faults: Faults) -> Table | None:
    """Return the fields of a part; None where they cannot be read.

    Parameters
    ----------
    part : Part
    faults : Faults
    """
    if _NESTED.search(part.text) or any(line.count(".") > 60 for line in part.lines):
        faults.say(part.line, f"Expected fields nested at most {DEEPEST} deep.")
        return None
    try:
        data = tomllib.loads(part.text)
    except (ValueError, RecursionError) as error:
        where = _WHERE.search(str(error))
        line = part.line + (int(where[1]) - 1 if where and where[1] else 0)
        reason = "too deeply nested" if isinstance(error, RecursionError) else str(error)
        reason = _WHERE.sub("", reason)
        faults.say(line, f'Expected fields such as name = "text", but: {short_sentence(reason)}.')
        return None
    return Table(data, part, faults)


def short_sentence(text: str) -> str:
    """Return a reason in one line without its full stop.

    Parameters
    ----------
    text : str
    """
    clean = "".join(c if c.isprintable() else " " for c in text[:120])
    return clean[:1].lower() + clean[1:].rstrip(".")


class Table:
    """Fields that are asked for one by one; what nobody asked for is a fault at the end.

    Parameters
    ----------
    data : mapping
    part : Part
        Where they stand.
    faults : Faults
    within : str
        Of which field these are fields.
    """

    def __init__(
        self, data: Mapping[str, Any], part: Part, faults: Faults, within: str = "", line: int = 0
    ) -> None:
        self.data, self.part, self.faults = data, part, faults
        self._asked: list[str] = []
        self._within = within
        self._line = line

    def line(self, key: str = "") -> int:
        """Return the line on which a field stands, or the first of all."""
        if self._line:
            return self._line
        pattern = re.compile(rf"\s*(?:\w+\s*=\s*\{{.*)?\b{re.escape(key)}\s*=")
        for offset, line in enumerate(self.part.lines):
            if key and pattern.match(line):
                return self.part.line + offset
        return max(1, self.part.line - 1)

    def say(self, key: str, reason: str) -> None:
        """Note what is wrong with a field."""
        self.faults.say(self.line(key), reason)

    def has(self, key: str) -> bool:
        """Return whether there is such a field."""
        return key in self.data

    def text(
        self, key: str, default: str | None = None, known: Collection[str] | None = None,
        longest: int = 600,
    ) -> str:  # fmt: skip
        """Return a text; with `known`, words in which those facts may stand."""
        value = self._take(key, default)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.say(key, f"Expected {key} to be a text in quotes.")
            return ""
        if len(value) > longest:
            self.say(key, f"Expected {key} to have at most {longest} letters.")
            return ""
        if known is not None:
            with self.faults.at(self.line(key)):
                checked_words(value, known)
        return value

    def one_of(self, key: str, names: Collection[str], default: str | None = None) -> str:
        """Return one of several names."""
        value = self._take(key, default)
        if value is None:
            return ""
        if not isinstance(value, str) or value not in names:
            said = value if isinstance(value, str) else "something else"
            self.say(
                key,
                f"Expected {key} to be one of {nearest(names, str(said))}, but got "
                f"'{short(str(said))}'.",
            )
            return ""
        return value

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number between two others."""
        value = self._take(key, default)
        if value is None:
            return low
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        if not fine or not low <= value <= high:
            self.say(key, f"Expected {key} to be a number from {low:g} to {high:g}.")
            return low
        return float(value)

    def truth(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.say(key, f"Expected {key} to be true or false.")
            return default
        return value

    def texts(self, key: str, most: int = MOST_ENTRIES, longest: int = 200) -> tuple[str, ...]:
        """Return a list of texts; none where it is left out."""
        value = self._take(key, [])
        fine = isinstance(value, list) and len(value) <= most
        if not fine or not all(isinstance(one, str) and len(one) <= longest for one in value):
            self.say(key, f"Expected {key} to be a list of at most {most} texts.")
            return ()
        return tuple(value)

    def fields(self, key: str) -> dict[str, str]:
        """Return a table of texts, in which numbers may stand as they are."""
        value = self._take(key, {})
        if not isinstance(value, dict) or len(value) > MOST_ENTRIES:
            self.say(key, f"Expected {key} to be fields in braces, as {{ seed = 2 }}.")
            return {}
        found = {}
        for name, said in value.items():
            if isinstance(said, bool) or not isinstance(said, str | int | float):
                self.say(key, f"Expected {key}.{short(name)} to be a text or a number.")
                continue
            found[name] = str(said)[:200]
        return found

    def table(self, key: str) -> Table | None:
        """Return a table inside; None where it is left out."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            self.say(key, f"Expected {key} to be fields in braces.")
            return None
        return Table(value, self.part, self.faults, key, self.line(key)) if value else None

    def tables(self, key: str, fewest: int, most: int) -> Sequence[Table]:
        """Return a list of tables."""
        value = self._take(key, None)
        if value is None:
            return ()
        fine = isinstance(value, list) and fewest <= len(value) <= most
        if not fine or not all(isinstance(one, dict) for one in value):
            self.say(key, f"Expected {key} to be a list of {fewest} to {most} entries in braces.")
            return ()
        return [
            Table(one, self.part, self.faults, key, self._entry(key, place))
            for place, one in enumerate(value)
        ]

    def end(self) -> None:
        """Note every field that nobody asked for."""
        for key in self.data:
            if key not in self._asked:
                known = ", ".join(dict.fromkeys(self._asked)) or "none"
                self.say(key, f"Expected one of the fields {known}, but got '{short(key)}'.")

    def _entry(self, key: str, place: int) -> int:
        """Return the line of an entry of a list that has one a line."""
        first = self.line(key)
        starts = [
            self.part.line + offset
            for offset, line in enumerate(self.part.lines)
            if self.part.line + offset >= first and re.match(r"\s*(?:\w+\s*=\s*\[)?\s*\{", line)
        ]
        return starts[place] if place < len(starts) else first

    def _take(self, key: str, default: Any) -> Any:
        self._asked.append(key)
        if key not in self.data:
            if default is None:
                where = f" in {self._within}" if self._within else ""
                self.say(key, f"Expected a field {key}{where}, but it is missing.")
            return default
        return self.data[key]
