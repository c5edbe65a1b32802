"""The process that decides claims: ``python -m moeviz.engine.checks.decider``.

It reads one request in JSON per line of its standard input and writes one answer per line to its
standard output; the first line it writes says that it is ready. It ends when its standard input
is closed, also in the middle of a check, so that it never outlives who asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from moeviz.engine.checks.check import Check, CheckBlock, Checks
from moeviz.engine.errors import told
from moeviz.errors import MoevizError
from moeviz.text import json_text

MOST_MEMORY = 6 << 30
"""Bytes of data that the process may have; a check that wants more fails by itself."""

POLITE = 10
"""Niceness, so that the app answers while a check runs."""

Run = Callable[[dict[str, Any], float], dict[str, Any]]
"""Takes a request and the seconds that each test may take; returns the block's result."""


def answer_to(request: dict[str, Any], limit: float, run: Run) -> dict[str, Any]:
    """Run one check, and return its result, or one sentence that says why there is none.

    Parameters
    ----------
    request : dict
        As :func:`moeviz.symbolic.request.answer.verdict_of` takes it.
    limit : float
        Seconds for each test.
    run : callable
        Takes both.

    Returns
    -------
    dict
        With "result" or with "error".
    """
    try:
        return {"result": run(request, limit)}
    except MoevizError as error:
        return {"error": str(error)}
    except MemoryError:
        return {
            "error": "Expected a check that fits into the memory, but this one does not; choose "
            "fewer atoms, a smaller dimension or a lower order."
        }
    except RecursionError:
        return {
            "error": "Expected formulas of moderate depth, but these are nested too deep; choose "
            "simpler ones."
        }
    except Exception as error:
        # Whoever waits must hear of it: a process that ends without a word explains nothing.
        text = told(error)
        return {
            "error": f"Expected the check to end, but it raised {type(error).__name__}"
            f"{f' ({text})' if text else ''}; choose another model or another point."
        }


def serve(lines: Iterator[str], say: Callable[[str], None], run: Run) -> None:
    """Answer every line until there are no more.

    Parameters
    ----------
    lines : iterator of str
        In JSON: "request", and "limit" in seconds.
    say : callable
        Takes each answer's text, without an end of line.
    run : callable
        As for :func:`answer_to`.
    """
    say(json_text({"ready": os.getpid()}))
    for line in lines:
        asked = json.loads(line)
        say(json_text(answer_to(asked["request"], asked["limit"], run)))


def main() -> None:
    """Serve on standard input and output."""
    # What a library prints must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    _be_modest()
    import torch

    torch.set_num_threads(1)
    checks = Checks()

    def run(request: dict[str, Any], limit: float) -> dict[str, Any]:
        return checks.run_block(Check(request), CheckBlock(limit), "cpu")

    def say(text: str) -> None:
        answers.write(text + "\n")
        answers.flush()

    serve(iter(requests.get, None), say, run)


def _read(requests: queue.Queue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    # Nobody waits any more, and the thread that computes cannot be asked to stop.
    os._exit(0)


def _be_modest() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, resource.RLIM_INFINITY))
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, 0, POLITE)


if __name__ == "__main__":
    main()
