"""The command ``presets``: the named studies and their fields."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from moeviz.cli.printing import print_json

if TYPE_CHECKING:
    from moeviz.study.presets import Preset


def add_presets(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument("--json", action="store_true", help="print plain data")
    parser.set_defaults(run=presets)


def presets(arguments: argparse.Namespace) -> int:
    """Print every preset with its fields.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``json``.
    """
    from moeviz.study.presets import PRESETS

    if arguments.json:
        print_json([preset_json(preset) for preset in PRESETS.values()])
        return 0
    for preset in PRESETS.values():
        print(preset_text(preset))
    return 0


def preset_text(preset: Preset) -> str:
    """Describe a preset and its fields."""
    lines = [f"{preset.name}: {preset.title}", f"  {preset.summary}"]
    for field in preset.fields:
        lines.append(f"    {field.name} = {field.write(field.default)}   {field.help}")
    if preset.full:
        changed = {field.name: field for field in preset.fields}
        large = ", ".join(f"{k} = {changed[k].write(v)}" for k, v in preset.full.items())
        lines.append(f"    at full size: {large}")
    return "\n".join(lines)


def preset_json(preset: Preset) -> dict[str, Any]:
    """Return a preset as plain data."""
    from moeviz.study.kept import kept_names

    return {
        "name": preset.name,
        "title": preset.title,
        "summary": preset.summary,
        "paper": preset.paper,
        "sizes": list(preset.sizes),
        "full": dict(preset.full),
        "kept": preset.name in kept_names(),
        "published": [
            {
                **one.to_json(),
                "router": one.router,
                "gate": one.gate,
                "expert": one.expert,
                "sizes": list(one.sizes),
            }
            for one in preset.published
        ],
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "symbol": field.symbol,
                "kind": field.kind,
                "default": field.default,
                "low": field.low if field.low > float("-inf") else None,
                "high": field.high if field.high < float("inf") else None,
                "choices": list(field.options),
                "group": field.group,
                "basic": field.basic,
                "help": field.help,
            }
            for field in preset.fields
        ],
    }
