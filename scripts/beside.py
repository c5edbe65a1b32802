"""Run commands beside each other, and end as the first that fails.

    python scripts/beside.py COMMAND COMMAND...

The first command's words are shown as they come, those of each other whole once it has ended. Where
one fails the others are interrupted.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

END_SECONDS = 30.0
"""How long who is interrupted may take to put away what it began."""


def main(commands: list[str]) -> int:
    """Run the commands, and return the first failure's exit status, or 0."""
    began = time.monotonic()
    running: dict[str, subprocess.Popen[bytes]] = {}
    with tempfile.TemporaryDirectory() as folder:
        said = {command: f"{folder}/{index}" for index, command in enumerate(commands[1:])}
        try:
            for command in commands:
                running[command] = start(command, said.get(command))
            while running:
                time.sleep(0.1)
                for command in [each for each, process in running.items() if has_ended(process)]:
                    status = running.pop(command).returncode
                    show(command, status, time.monotonic() - began, said.get(command))
                    if status:
                        return status
        finally:
            interrupt(running)
    return 0


def start(command: str, said: str | None) -> subprocess.Popen[bytes]:
    """Start a command and its family; what they say goes to a file where one is named."""
    words = shlex.split(command)
    if said is None:
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
    with open(said, "wb") as out:
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended."""
    return process.poll() is not None


def show(command: str, status: int, seconds: float, said: str | None) -> None:
    """Say how a command ended, after what it said itself where nobody has seen that yet."""
    if said is not None:
        with open(said, encoding="utf-8", errors="replace") as out:
            sys.stdout.write("\n" + out.read())
    ended = f"failed with {status}" if status else "passed"
    print(f"== {command}: {ended} after {seconds:.0f} s", flush=True)


def interrupt(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """End what still runs, each with its family, as Ctrl-C would."""
    for process in running.values():
        os.killpg(process.pid, signal.SIGINT)
    for process in running.values():
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
