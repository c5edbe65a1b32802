"""Links that restore a screen: from what a page asks for to an address and back.

An address says ``v`` (the version of the page's links), every field that differs from its default,
and the page's own keys, such as the study on show. The version is in every link because a field
that a link leaves out means the default of its time. Parameters that a page does not know are
those of others, such as what a mail adds to count its readers: they are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Field, Value

VERSION = "v"
"""The parameter that says the version."""

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Key:
    """A parameter of a page's links that is no field.

    Attributes
    ----------
    name : str
    read : callable
        From a text to what it stands for; raises SpecificationError on one that is refused.
    write : callable
        From what it stands for to a text, or to None where a link leaves it out.
    default : Any
        What a link without it asks for.
    """

    name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str | None]
    default: Any = None


@dataclass(frozen=True)
class Request:
    """What somebody asks a page to show.

    Attributes
    ----------
    own : dict
        What the page's own keys say, by their names.
    values : dict
        The values of all fields of the form that is asked for.
    """

    own: dict[str, Any]
    values: dict[str, Value]


def unchanged(version: int, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of an older link as they are: their meaning is still the same."""
    return dict(texts)


def all_fine(form: str, values: Mapping[str, Value]) -> None:
    """Refuse nothing: any values go together, or what runs them says so."""


@dataclass(frozen=True)
class Page:
    """What a page's links may say.

    Attributes
    ----------
    name : str
        The beginning of the page's keys in the session.
    version : int
        Of its links; it moves when what a link leaves out means something else.
    keys : tuple of Key
        Its own keys; the first stands first in a link.
    table : mapping of str to Field
        Every field that it has.
    form : callable
        From the values of its own keys to the name of the form that they ask for.
    fields_of : callable
        From a form's name to the form's fields, with their defaults.
    oldest : int
        The oldest version that can still be read.
    migrate : callable
        From a version and the parameters of a link of that version, unknown ones among them,
        to present ones.
    check : callable
        Refuses values of a form that do not go together.
    """

    name: str
    version: int
    keys: tuple[Key, ...]
    table: Mapping[str, Field]
    form: Callable[[Mapping[str, Any]], str]
    fields_of: Callable[[str], Sequence[Field]]
    oldest: int = 1
    migrate: Callable[[int, Mapping[str, str]], dict[str, str]] = unchanged
    check: Callable[[str, Mapping[str, Value]], object] = all_fine

    @property
    def names(self) -> set[str]:
        """The parameters that the page knows."""
        return {VERSION, *(key.name for key in self.keys), *self.table}

    def read(self, params: Mapping[str, str]) -> Request:
        """Return what an address asks for.

        Parameters
        ----------
        params : mapping of str to str
            The query parameters; unknown ones are left alone.

        Raises
        ------
        SpecificationError
            If a value, a key or the version is not understood.
        """
        version = self._version(params.get(VERSION))
        present = params if version == self.version else self.migrate(version, params)
        names = self.names
        texts = {name: text for name, text in present.items() if name in names}
        own = {
            key.name: key.read(texts[key.name]) if key.name in texts else key.default
            for key in self.keys
        }
        form = self.form(own)
        values = {
            field.name: _read(field, texts[field.name]) if field.name in texts else field.default
            for field in self.fields_of(form)
        }
        self.check(form, values)
        return Request(own, values)

    def write(self, request: Request) -> dict[str, str]:
        """Return the query parameters that restore a screen.

        Parameters
        ----------
        request : Request
        """
        first, *others = ((key.name, key.write(request.own[key.name])) for key in self.keys)
        said = [
            (field.name, field.write(request.values[field.name]))
            for field in self.fields_of(self.form(request.own))
            if request.values[field.name] != field.default
        ]
        link = (first, (VERSION, str(self.version)), *said, *others)
        return {name: text for name, text in link if text is not None}

    def _version(self, text: str | None) -> int:
        if text is None:
            return self.version
        known = f"Expected a link of version {self.version}"
        if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < self.oldest:
            raise SpecificationError(
                f"{known}, but this one is of version '{short(text)}', whose defaults may differ; "
                "set the screen up again."
            )
        if int(text) > self.version:
            raise SpecificationError(
                f"{known} or older, but this one is of version {int(text)}, from a newer moeviz; "
                "open it there, or set the screen up again."
            )
        return int(text)


def _read(field: Field, text: str) -> Value:
    """Return a field's value; where spaces stand for pluses, say so."""
    try:
        return field.read(text)
    except SpecificationError as error:
        if field.kind != "text" or not _understood(field, _SPACES.sub("+", text.strip())):
            raise
        raise lost_plus(error) from None


def lost_plus(error: SpecificationError) -> SpecificationError:
    """Return an error that says besides why a plus may be missing."""
    return SpecificationError(
        f"{error} In an address a + stands for a space; write %2B for a plus."
    )


def _understood(field: Field, text: str) -> bool:
    try:
        field.read(text)
    except SpecificationError:
        return False
    return True


def short(text: str) -> str:
    """Return the beginning of what somebody typed, fit for a sentence."""
    return "".join(c if c.isprintable() else " " for c in text[:40])
