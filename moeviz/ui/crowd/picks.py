"""What a visitor tells the page by a component, as browsers do, and what the page shows."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.text import json_text
from moeviz.ui.crowd.visitor import Visitor

# Ascending, also over visits: of a smaller number the strip thinks that it was taken.
_NUMBERS = itertools.count(int(time.time() * 1000))


def told(visitor: Visitor, component: str, event: str, value: Any) -> WidgetState:
    """Return what a component tells once.

    Parameters
    ----------
    visitor : Visitor
        With the component drawn.
    component : str
        The end of its name.
    event : str
    value : object
        Plain data.

    Raises
    ------
    LookupError
        If the page shows no such component.
    """
    said = [{"event": event, "value": value}]
    trigger = _make_trigger_id(visitor.component(component).id, "events")
    return WidgetState(id=trigger, json_trigger_value=json_text(said))


def picked(visitor: Visitor, field: str, name: str) -> WidgetState:
    """Return a pick of the lab's strip.

    Parameters
    ----------
    visitor : Visitor
        With the lab drawn.
    field, name : str
        What is picked, in place of what is chosen.

    Raises
    ------
    LookupError
        If the page shows no strip.
    """
    pick = {"id": next(_NUMBERS), "field": field, "name": name, "mode": "alone"}
    return told(visitor, "chips", "picked", [pick])


def chosen(visitor: Visitor, field: str) -> list[str]:
    """Return what the lab's strip shows as chosen.

    Parameters
    ----------
    visitor : Visitor
        With the lab drawn.
    field : str

    Raises
    ------
    LookupError
        If the page shows no strip.
    """
    data = json.loads(visitor.component("chips").json)
    choices = json.loads(data["state"])["choices"].get(field, {})
    return [name for name, choice in choices.items() if choice["chosen"]]
