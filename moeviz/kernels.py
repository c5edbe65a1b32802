"""Whether compiled code is wanted: by the environment, and in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from moeviz.errors import SpecificationError

KERNEL = "MOEVIZ_KERNEL"
"""The environment variable that chooses."""

CHOICES = ("fused", "torch")
"""What it may say: compiled code where there is some, or tensor by tensor; not set is the first."""

_tensors_only: list[None] = []
"""One entry for each :func:`tensors_only` that lasts."""


def wanted() -> bool:
    """Return whether compiled code is wanted in this process.

    Raises
    ------
    SpecificationError
        If the environment asks for something else.
    """
    if _tensors_only:
        return False
    chosen = os.environ.get(KERNEL) or CHOICES[0]
    if chosen not in CHOICES:
        raise SpecificationError(
            f"Expected {KERNEL} to be {' or '.join(CHOICES)}, or not to be set, but it is "
            f"'{chosen}'; change it in the environment that this was started from."
        )
    return chosen == "fused"


@contextmanager
def tensors_only() -> Iterator[None]:
    """Let all threads of this process go tensor by tensor, as long as this lasts.

    For a process that answers people: it computes little, and loading compiled code, or making it
    for the first time, would keep them waiting.
    """
    _tensors_only.append(None)
    try:
        yield
    finally:
        _tensors_only.pop()
