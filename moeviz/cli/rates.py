"""The command ``rates``: the papers' rates, and the studies that measure them."""

from __future__ import annotations

import argparse
from typing import Any

from moeviz.cli.printing import print_json


def add_rates(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument("--json", action="store_true", help="print plain data")
    parser.set_defaults(run=rates)


def rates(arguments: argparse.Namespace) -> int:
    """Print the papers' rates.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``json``.
    """
    if arguments.json:
        print_json(rates_json())
    else:
        print(rates_text())
    return 0


def rates_json() -> list[dict[str, Any]]:
    """Return the papers' rates as plain data, row by row: the cells that the page shows."""
    from moeviz.charts.rates import rates_matrix

    rows: list[dict[str, Any]] = rates_matrix()["rows"]
    return rows


def rates_text() -> str:
    """Describe the papers' rates: each cell's claim, slope, verdict and study."""
    lines = []
    for row in rates_json():
        lines.append(f"{row['paper']}: {row['gate']}, {row['regime']}")
        for cell in row["cells"]:
            changes = " ".join(f"--set {k}={v}" for k, v in cell["settings"].items())
            said = "; ".join(filter(None, (cell["source"], cell["note"])))
            lines.append(f"  {cell['expert']}: {cell['claim']} ({said})")
            measured = cell["measured"]
            lines.append(f"    {measured['words'] if measured else cell['why_not']}")
            claims = ", ".join(f"{one['claim']} {one['mark']}" for one in cell["claims"])
            lines.append(f"    {cell['together']}" + (f" ({claims})" if claims else ""))
            lines.append(f"    python -m moeviz study {cell['preset']} {changes}".rstrip())
    return "\n".join(lines)
