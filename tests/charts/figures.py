"""What must be true of every figure."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go


def assert_plotly_accepts(figure: dict[str, Any]) -> None:
    """Check that plotly knows every trace and setting, and that all is plain JSON."""
    drawn = go.Figure({"data": figure["data"], "layout": figure["layout"]})
    assert [trace.name for trace in drawn.data] == [trace.get("name") for trace in figure["data"]]
    if "narrow" in figure:
        assert set(go.Layout(figure["narrow"]).to_plotly_json()) == set(figure["narrow"])
    assert json.dumps(figure, allow_nan=False)
