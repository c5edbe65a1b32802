"""How commands print plain data."""

from __future__ import annotations

from typing import Any

from moeviz.text import json_text


def print_json(data: Any) -> None:
    """Print plain data."""
    print(json_text(data, indent=1), flush=True)
