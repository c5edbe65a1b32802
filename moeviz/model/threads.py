"""One thread for sums that must not depend on the batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let tensor operations of this process use one thread, and restore the number afterwards.

    With several threads a batched matrix product splits its work by the batch's size, and its
    last bits change with it. Parallel work here runs in processes, one thread each.
    """
    before = torch.get_num_threads()
    if before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
