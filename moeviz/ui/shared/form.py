"""What a page's form holds, how it follows the address, and how it starts anew.

A form starts from a :class:`Request`: every widget takes its first value from there. Setting the
form anew, from a link or a file, makes a new generation of widgets with new keys. Writing into the
state of widgets that exist would be shorter, but a browser that misses the message keeps the old
value, and sends it back as the visitor's wish.

A widget that is not drawn, because its field does not apply, is forgotten by Streamlit; what it
held is remembered here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

import streamlit as st

from moeviz.errors import MoevizError
from moeviz.fields import Field, Value
from moeviz.ui.shared.address import Address
from moeviz.ui.shared.form_texts import read_text, text_of, values_of
from moeviz.ui.shared.link import Page, Request

_TYPED = ("text", "lines")
"""Kinds of fields whose widgets show any text."""


@dataclass
class _Memory:
    """Of one generation of widgets.

    Attributes
    ----------
    generation : int
    asked : Request
        What they started from.
    own : dict
        What the page's keys say that no widget holds.
    held : dict
        What each widget said last, as text, by its key.
    starts : dict
        The text with which each widget that is drawn began.
    typed : mapping of str to str
        Texts with which fields of the form that was asked for begin in place of their values.
    """

    generation: int
    asked: Request
    own: dict[str, Any]
    held: dict[str, str] = made_by(default_factory=dict)
    starts: dict[str, str] = made_by(default_factory=dict)
    typed: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True)
class FormState:
    """The state of a page's form in the present visit.

    Attributes
    ----------
    page : Page
        What the page's links may say.
    marker : str
        A widget that is always on the page, by its name or, where it stays through generations,
        by its key; where it is not yet, the visitor has just come.
    find : callable or None
        From an address to what it asks for, where that needs more than to read it.
    """

    page: Page
    marker: str
    find: Callable[[dict[str, str]], Request] | None = None

    def key(self, name: str) -> str:
        """Return the key of the page's widget called `name`, in its present generation."""
        memory: _Memory | None = st.session_state.get(self._remembered)
        return self._key(memory, name)

    @property
    def asked(self) -> Request:
        """What the widgets started from."""
        return self._memory.asked

    def own(self, name: str) -> Any:
        """Return what one of the page's keys says that no widget holds."""
        return self._memory.own[name] if self._remembered in st.session_state else None

    def own_values(self) -> dict[str, Any]:
        """Return what each of the page's keys says that no widget holds."""
        return {key.name: self.own(key.name) for key in self.page.keys}

    def say(self, name: str, value: Any) -> None:
        """Set what one of the page's keys says that no widget holds."""
        self._memory.own[name] = value

    def restore(self, wanted: Request, typed: Mapping[str, str] | None = None) -> None:
        """Set the whole form as `wanted` says, whatever the address says; for a callback.

        Parameters
        ----------
        wanted : Request
        typed : mapping of str to str, optional
            Texts by field, from :meth:`unread`, which are to stay as they are.
        """
        self._set(wanted, typed)
        st.session_state[self._restored] = True

    def unread(self, form: str, fields: Sequence[Field]) -> dict[str, str]:
        """Return the typed texts that cannot be read, by field: somebody may still mend them.

        Parameters
        ----------
        form : str
            The form's name.
        fields : sequence of Field
            Its fields.
        """
        typed = [field for field in fields if field.kind in _TYPED]
        held = self._all_held(form, typed)
        return {f.name: held[f.name] for f in typed if read_text(f, held[f.name]) is None}

    def start_again(self) -> None:
        """Go back to what an empty address asks for; for a callback."""
        st.query_params.clear()
        self._address.forget()
        self.restore(self.page.read({}))

    def follow(self) -> None:
        """Set the form from the address, if somebody else than this visit's form wrote it.

        That is so on arrival, after a reload, when a link is opened and when the browser goes
        back.

        Raises
        ------
        MoevizError
            If the address asks for something that does not exist.
        """
        if st.session_state.pop(self._restored, False):
            return
        shown = any(key in st.session_state for key in (self.marker, self.key(self.marker)))
        address = self._address.wish(arrived=not shown)
        if address is not None:
            self._set((self.find or self.page.read)(address))
            self._address.followed()

    def write(self, request: Request) -> dict[str, str]:
        """Make the address one that restores this screen, and return its parameters.

        Parameters
        ----------
        request : Request
            What the page shows.
        """
        link = self.page.write(request)
        self._address.write(link)
        return link

    def texts(self, form: str, fields: Sequence[Field]) -> dict[str, str]:
        """Return what the form's widgets hold, as text, whether or not they are drawn yet.

        What a field holds that does not apply cannot be mended by the visitor; where it is
        nonsense, its default stands for it.

        Parameters
        ----------
        form : str
            The form's name.
        fields : sequence of Field
            Its fields.
        """
        return self.says(form, fields)[0]

    def says(self, form: str, fields: Sequence[Field]) -> tuple[dict[str, str], dict[str, Value]]:
        """Return :meth:`texts` and :meth:`values` together, read once.

        Parameters
        ----------
        form : str
            The form's name.
        fields : sequence of Field
            Its fields.
        """
        held = self._all_held(form, fields)
        values = values_of(fields, held)
        texts = {
            field.name: held[field.name]
            if field.applies(values)
            else field.write(values[field.name])
            for field in fields
        }
        return texts, values

    def values(self, form: str, fields: Sequence[Field]) -> dict[str, Value]:
        """Return what the form's widgets say at this moment; the default where that is nonsense.

        Parameters
        ----------
        form : str
            The form's name.
        fields : sequence of Field
            Its fields.
        """
        return values_of(fields, self._all_held(form, fields))

    def checked(self, form: str, fields: Sequence[Field]) -> tuple[dict[str, Value], list[str]]:
        """Return :meth:`values`, and in sentences what in the texts cannot be read.

        Parameters
        ----------
        form : str
            The form's name.
        fields : sequence of Field
            Its fields.
        """
        texts, values = self.says(form, fields)
        wrong = []
        for field in fields:
            try:
                values[field.name] = field.read(texts[field.name])
            except MoevizError as error:
                wrong.append(str(error))
        return values, wrong

    def begin(self, form: str, field: Field) -> tuple[str, str]:
        """Return the key of a field's widget, and the text with which it begins, or began.

        Parameters
        ----------
        form : str
            The form's name.
        field : Field
        """
        memory = self._memory
        key = self._field_key(memory, form, field)
        if key not in memory.starts or key not in st.session_state:
            memory.starts[key] = self._held(memory, form, field)
        return key, memory.starts[key]

    def count(self, form: str, field: Field) -> int:
        """Return how many cells there are for a field that lists some.

        Parameters
        ----------
        form : str
            The form's name.
        field : Field
        """
        return self._count(self._memory, form, field)

    def _count(self, memory: _Memory, form: str, field: Field) -> int:
        counted = self.page.table[field.counted]
        (said,) = values_of((counted,), {counted.name: self._held(memory, form, counted)}).values()
        return int(said)  # type: ignore[arg-type]

    def _key(self, memory: _Memory | None, name: str) -> str:
        return f"{self.page.name}.{memory.generation if memory else 0}.{name}"

    def _field_key(self, memory: _Memory, form: str, field: Field) -> str:
        # A widget for cells is another for another number of them.
        count = f".{self._count(memory, form, field)}" if field.counted else ""
        return self._key(memory, f"{form}.{field.name}{count}")

    def _all_held(self, form: str, fields: Sequence[Field]) -> dict[str, str]:
        memory = self._memory
        return {field.name: self._held(memory, form, field) for field in fields}

    def _held(self, memory: _Memory, form: str, field: Field) -> str:
        key = self._field_key(memory, form, field)
        if key in st.session_state:
            memory.held[key] = text_of(field, st.session_state[key])
        elif key not in memory.held:
            return self._first(memory, form, field)
        return memory.held[key]

    def _first(self, memory: _Memory, form: str, field: Field) -> str:
        value: Value = field.default
        if form == self.page.form(memory.asked.own):
            if field.name in memory.typed:
                return memory.typed[field.name]
            value = memory.asked.values[field.name]
        if field.counted and isinstance(value, tuple):
            count = self._count(memory, form, field)
            value = tuple(int(cell) for cell in value if int(cell) <= count) or (1,)
        return field.write(value)

    def _set(self, wanted: Request, typed: Mapping[str, str] | None = None) -> None:
        before: _Memory | None = st.session_state.get(self._remembered)
        generation = before.generation + 1 if before else 1
        st.session_state[self._remembered] = _Memory(
            generation, wanted, dict(wanted.own), typed=typed or {}
        )

    @property
    def _memory(self) -> _Memory:
        found: _Memory = st.session_state[self._remembered]
        return found

    @property
    def _address(self) -> Address:
        return Address(self.page.name, self.page.names)

    @property
    def _remembered(self) -> str:
        return f"{self.page.name}.form"

    @property
    def _restored(self) -> str:
        return f"{self.page.name}.restored"
