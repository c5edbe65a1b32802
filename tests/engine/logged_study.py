"""The studies of moeviz, whose blocks leave a line in a log when they begin."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from moeviz import study


@dataclass(frozen=True)
class Logged:
    """What an engine takes for a study.

    Attributes
    ----------
    log : str
        File that gets a line ``"<hash> <block> <pid> <seconds since the epoch>"``.
    """

    log: str

    Specification: ClassVar[Any] = study.Specification
    PRESETS: ClassVar[Mapping[str, Any]] = study.PRESETS
    split = staticmethod(study.split)
    assemble = staticmethod(study.assemble)

    def run_block(
        self,
        spec: study.Specification,
        block: Any,
        device: str = "cpu",
        should_stop: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        with Path(self.log).open("a") as log:
            log.write(f"{spec.hash} {block.id} {os.getpid()} {time.time()}\n")
        return study.run_block(spec, block, device=device, should_stop=should_stop)
