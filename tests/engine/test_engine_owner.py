"""Whether the process that a state names still computes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace

import psutil
import pytest
from engine_helpers import until

from moeviz.engine.owner import SILENT_SECONDS, EngineToken, Owner
from moeviz.engine.record import Record


def test_an_engine_of_this_process_lives_until_it_lets_go():
    token = EngineToken()
    owner = Owner.here(token)
    assert owner.lives(beat=0)
    token.release()
    assert not owner.lives(beat=time.time())


def test_an_engine_that_was_dropped_does_not_live():
    token = EngineToken()
    owner = Owner.here(token)
    del token
    assert not owner.lives(beat=time.time())


def test_another_process_lives_as_long_as_it_runs():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = psutil.Process(process.pid).create_time()
        owner = replace(Owner.here(EngineToken()), pid=process.pid, started=started)
        assert owner.lives(beat=0)
        assert not replace(owner, started=started - 3600).lives(beat=time.time()), (
            "a number that was used again is another process"
        )
    finally:
        process.kill()
    # Not waited for yet: the process is a zombie, and computes nothing.
    deadline = time.monotonic() + 5
    while owner.lives(beat=time.time()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not owner.lives(beat=time.time())
    process.communicate()
    assert not owner.lives(beat=time.time())


def test_a_process_that_stands_still_is_believed_for_a_while():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = psutil.Process(process.pid).create_time()
        owner = replace(Owner.here(EngineToken()), pid=process.pid, started=started)
        process.send_signal(signal.SIGSTOP)
        until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED, 5)
        assert owner.lives(beat=time.time())
        assert not owner.lives(beat=time.time() - SILENT_SECONDS - 1)
        process.send_signal(signal.SIGCONT)
        until(lambda: owner.lives(beat=0), 5)
    finally:
        process.kill()
        process.communicate()


def test_this_process_number_of_an_earlier_life_is_not_us():
    owner = Owner.here(EngineToken())
    assert not replace(owner, started=owner.started - 3600).lives(beat=time.time())


def test_another_host_is_believed_for_a_while():
    owner = replace(Owner.here(EngineToken()), host="elsewhere.invalid", pid=os.getpid())
    assert owner.lives(beat=time.time())
    assert not owner.lives(beat=time.time() - SILENT_SECONDS - 1)


def test_an_owner_comes_back_from_json():
    owner = Owner.here(EngineToken())
    assert Owner.from_json(asdict(owner)) == owner


@pytest.mark.parametrize("data", [None, 3, "x", {}, {"host": "a", "pid": "b", "started": 0}])
def test_what_is_no_owner_is_none(data: object):
    assert Owner.from_json(data) is None


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_a_study_is_taken_while_its_owner_lives(state: str):
    token = EngineToken()
    owner = Owner.here(token)
    assert Record(state, owner=owner).taken
    assert not Record("done", owner=owner).taken
    assert not Record(state, owner=None).taken
    token.release()
    assert not Record(state, owner=owner).taken
