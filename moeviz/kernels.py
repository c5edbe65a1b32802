"""Whether compiled code is wanted: by the environment, and in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

KERNEL = "MOEVIZ_KERNEL"
"""The environment variable that chooses: ``torch`` goes tensor by tensor."""

_tensors_only: list[None] = []
"""One entry for each :func:`tensors_only` that lasts."""


def wanted() -> bool:
    """Return whether compiled code is wanted in this process."""
    return not _tensors_only and os.environ.get(KERNEL) != "torch"


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
