"""A form's drawer of settings; the button that opens it says how many fields were changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.widgets import show_fields

_CLOSED = "settings.closed"
"""Key of what says that the drawer was closed, until a page has been drawn."""


@dataclass(frozen=True)
class Drawer:
    """The settings of one form of a page.

    Attributes
    ----------
    state : FormState
        The page's.
    form : str
        The form's name.
    noun : str
        What the page calls that whose settings they are at first.
    change : callable
        Sets the form to what it says with some fields changed; for a callback.
    follows : callable
        Returns what follows from the form as set, or raises SpecificationError.
    below : callable
        Shows what stands below the fields.
    above : callable or None
        Shows what stands above them.
    """

    state: FormState
    form: str
    noun: str
    change: Callable[[Mapping[str, Value]], None]
    follows: Callable[[], str]
    below: Callable[[], None]
    above: Callable[[], None] | None = None


def settings_button(drawer: Drawer, values: Mapping[str, Value]) -> None:
    """Offer the drawer of settings; nothing of it is made before it is opened.

    Parameters
    ----------
    drawer : Drawer
    values : mapping of str to Value
        What the form says.
    """
    st.session_state.pop(_CLOSED, None)
    changed = _changed(drawer, values)
    label = f"Settings · {changed}" if changed else "Settings"
    hint = f"{changed} changed from the {drawer.noun}'s own" if changed else None
    if st.button(label, key=f"{drawer.state.page.name}.settings", help=hint):
        _open(drawer)


def _close() -> None:
    st.session_state[_CLOSED] = True


@st.dialog("Settings", width="medium", position="right", on_dismiss=_close)
def _open(drawer: Drawer) -> None:
    # A value that is entered by closing comes in one message with that, which runs this alone.
    if st.session_state.get(_CLOSED):
        st.rerun()
    state, form = drawer.state, drawer.form
    fields = state.page.fields_of(form)
    values = state.values(form, fields)
    st.button(
        f"Back to the {drawer.noun}'s own settings",
        icon=":material/restart_alt:",
        disabled=not _changed(drawer, values),
        on_click=drawer.change,
        args=({field.name: field.default for field in fields},),
        key=f"{state.page.name}.reset",
    )
    _what_follows(drawer)
    if drawer.above is not None:
        drawer.above()
    show_fields(state, form, fields, values)
    drawer.below()


def _what_follows(drawer: Drawer) -> None:
    """Say the work that the form as set asks for, or why it cannot be done; the page waits."""
    try:
        st.markdown(plain(drawer.follows()))
    except SpecificationError as error:
        st.error(plain(str(error)))


def _changed(drawer: Drawer, values: Mapping[str, Value]) -> int:
    fields = drawer.state.page.fields_of(drawer.form)
    return sum(field.applies(values) and values[field.name] != field.default for field in fields)
