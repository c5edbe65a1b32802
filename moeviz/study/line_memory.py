"""What was found of losses, remembered: a result is read many times, and its losses stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from moeviz.study.statistic import Losses

Asked = ParamSpec("Asked")
Found = TypeVar("Found")

MOST = 2048
"""Of so many curves the losses are remembered, as bytes: a few megabytes."""


def remembered(find: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """Return the same function of sizes and losses, which finds equal ones' answer once.

    Parameters
    ----------
    find : callable
        Its first two arguments are sample sizes and the replicates' losses at each, None or no
        number for one that is missing; others are hashable, and what it returns is not written to.
    """

    @lru_cache(maxsize=MOST)
    def known(n: tuple[int, ...], rows: tuple[bytes, ...], more: Any, named: Any) -> Found:
        losses = [np.frombuffer(row).tolist() for row in rows]
        return cast("Callable[..., Found]", find)(n, losses, *more, **dict(named))

    @wraps(find)
    def asked(n: Sequence[int], losses: Sequence[Losses], *more: Any, **named: Any) -> Found:
        rows = tuple(np.array(row, dtype=float).tobytes() for row in losses)
        return known(tuple(map(int, n)), rows, more, tuple(sorted(named.items())))

    return cast("Callable[Asked, Found]", asked)
