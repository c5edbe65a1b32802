"""What each worker of this machine is forked from: importing this gets a process ready for it.

A module and not a function, because that is what Python's fork server takes. It is imported once,
in a process that has a single thread and never a second one, so that what it has loaded, compiled
and computed survives the fork: each worker begins with it, also one that replaces a killed one.

Where there is a GPU nothing of PyTorch runs here, not even on the processor: gradients ask each
driver for its devices, and a driver that was asked before a fork answers nobody after it. Importing
asks nothing.
"""

from __future__ import annotations

import gc
import os

# What is imported is here to stay. The collector would look at it again and again, for a quarter of
# the whole time, and in each worker write to memory that all of them share.
gc.disable()

import torch  # noqa: E402

import moeviz.engine.workers.worker  # noqa: E402
import moeviz.study  # noqa: E402, F401
from moeviz.engine.children import REHEARSED  # noqa: E402
from moeviz.engine.workers.machine import has_driver  # noqa: E402
from moeviz.engine.workers.rehearsal import rehearse  # noqa: E402
from moeviz.engine.workers.versions import made  # noqa: E402

torch.set_num_threads(1)  # one block per core: blocks are the parallelism
if os.environ.get(REHEARSED) and not has_driver():
    rehearse(bytes.fromhex(os.environ[REHEARSED]), "cpu")
made()  # Remembered from here on: each worker says it.
gc.freeze()
gc.enable()
