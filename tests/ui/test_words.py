"""Short sentences, and words of users that stay words."""

from __future__ import annotations

import pytest

from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.words import about, duration, hardware_sentence

HERE = {
    "workers": 2,
    "cores": 2,
    "memory_gib": 23.4,
    "gpus": [],
    "torch": "2.13.0",
    "scheduler": "local",
    "device": "cpu",
    "ready": True,
}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599.6, "1 h 0 min"), (7300, "2 h 1 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_the_hardware_in_use():
    assert hardware_sentence(HERE) == (
        "Fits run on this machine: 2 worker processes, 2 cores, 23.4 GiB of memory, no GPU, "
        "torch 2.13.0."
    )
    elsewhere = {**HERE, "scheduler": "tcp://10.0.0.1:8786", "gpus": ["H100"], "workers": 1}
    assert "the scheduler at tcp://10.0.0.1:8786: 1 worker process," in hardware_sentence(elsewhere)
    assert "H100" in hardware_sentence(elsewhere)
    assert "starting" in hardware_sentence({**HERE, "ready": False})


def test_no_markdown_in_what_a_user_typed():
    assert plain("[a](http://b)") == r"\[a\]\(http\://b\)"
    assert plain("<b>*x*</b>\n$y$") == r"\<b\>\*x\*\</b\> \$y\$"
    assert plain("plain words, 12 of them") == "plain words, 12 of them"


def test_an_estimate_says_for_what_it_holds():
    assert about(66) == "about 1 min 6 s on an idle machine"
