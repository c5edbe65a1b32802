"""One reading per preset, computed small: made by ``python -m tests.study.golden``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from moeviz.study import NUMBERS_VERSION, PRESETS, Preset, assemble, run_block, split
from tests.support import fewer

FILE = Path(__file__).parent / "golden.json"

SMALL = {
    "sizes": [150], "replicates": 2, "max_steps": 4, "em_steps": 3, "epochs": 1, "candidates": 2,
    "window_from": 0,
}  # fmt: skip
"""Few steps, so that no valley or kink magnifies a rounding."""

TOLERANCE = 1e-8
"""Relative. Runs under ATEN_CPU_CAPABILITY=default, avx2 and avx512 differ by at most `SPREAD`."""

SPREAD = 1e-9


def reading(preset: Preset) -> float:
    """The first curve's mean loss."""
    spec = preset.build({**SMALL, **fewer(preset, dimension=3)})
    blocks = [block for block in split(spec) if block.kind == "fits" and block.fit == 0]
    result = assemble(spec, {block.id: run_block(spec, block) for block in blocks}, 0.0, "cpu")
    (mean,) = result.curves[0].mean
    return mean


def readings() -> dict[str, float]:
    """Every preset's."""
    return {name: reading(preset) for name, preset in PRESETS.items()}


def under(instructions: str) -> dict[str, float]:
    """Every preset's, in a process that uses no wider vectors than some `instructions`."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.study.golden", "--print"],
        env={**os.environ, "ATEN_CPU_CAPABILITY": instructions},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(found.stdout)


if __name__ == "__main__":
    if "--print" in sys.argv:
        print(json.dumps(readings()))
    else:
        content = {"numbers": NUMBERS_VERSION, "readings": readings()}
        FILE.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
