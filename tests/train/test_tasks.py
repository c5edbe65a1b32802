"""What a network learns."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from moeviz.train.build import build_network
from moeviz.train.specification import Training
from moeviz.train.streams import PURPOSES, stream
from moeviz.train.tasks import ANGLES, PATCH, TASKS, Digits, Language, make_task
from moeviz.train.text import as_text


def test_what_is_not_turned_is_the_digits_cut_into_patches() -> None:
    inputs, labels = Digits(held=ANGLES.index(0)).held_out()
    images, known = load_digits(return_X_y=True)
    asked = np.arange(len(images)) % 5 == 1
    assert inputs.shape == (asked.sum(), 16, PATCH**2)
    assert torch.equal(labels, torch.from_numpy(np.asarray(known)[asked]))
    image = torch.from_numpy(images[5 * 7 + 1].reshape(8, 8) / 16.0).float()
    assert torch.equal(inputs[7, 0], image[:2, :2].flatten())
    assert torch.equal(inputs[7, 5], image[2:4, 2:4].flatten())


@pytest.mark.parametrize("held", range(len(ANGLES)))
def test_the_domain_that_is_asked_for_is_never_seen(held: int) -> None:
    task = Digits(held)
    asked = {row.numpy().tobytes() for row in task.held_out()[0]}
    seen = task.batch(1, 0, 400)[0]
    assert not {row.numpy().tobytes() for row in seen} & asked
    choosing, labels = task.validation()
    assert len(choosing) == len(labels) == 5 * 360
    assert not {row.numpy().tobytes() for row in choosing} & asked


def test_no_image_is_asked_for_that_was_learned_under_another_angle() -> None:
    upright = Digits(held=0).held_out()[0]
    turned = Digits(held=1)
    learned = {row.numpy().tobytes() for row in turned.batch(1, 0, 20_000)[0]}
    chosen_by = {row.numpy().tobytes() for row in turned.validation()[0]}
    assert not {row.numpy().tobytes() for row in upright} & (learned | chosen_by)


def test_a_run_says_which_domain_is_left_out() -> None:
    fields = Training.make("test", {"task": "digits"}).fields
    held = [make_task(fields, None, domain) for domain in (0, 4)]
    assert [task.held for task in held if isinstance(task, Digits)] == [0, 4]
    assert all(task.tokens(fields) == task.context == 16 for task in held)


def test_an_answer_is_told_right_or_wrong() -> None:
    answers, task = torch.eye(10), Digits(0)
    assert task.right(answers, torch.arange(10)).all()
    assert task.right(answers, torch.zeros(10, dtype=torch.int64)).tolist() == [True, *[False] * 9]


def test_the_next_character_is_the_target() -> None:
    text = as_text(["".join(chr(97 + i % 23) for i in range(3000))], "letters")
    task = Language(text, 12)
    for inputs, targets in (task.batch(3, 5, 4), task.held_out()):
        assert torch.equal(inputs[:, 1:], targets[:, :-1])
        assert torch.equal((inputs + 1) % 23, targets)
    assert task.shown(math.log(2.0)) == 1.0
    assert torch.equal(task.batch(3, 5, 4)[0], task.batch(3, 5, 4)[0])
    assert not torch.equal(task.batch(3, 5, 4)[0], task.batch(3, 6, 4)[0])


@pytest.mark.parametrize("context", [8, 200])
def test_a_network_looks_at_as_many_tokens_as_its_task_has(context: int) -> None:
    fields = {"task": "digits", "context": context, "width": 16, "heads": 2, "hidden": 8}
    spec = Training.make("test", {**fields, "experts": 4, "methods": "smoe"})
    task = Digits(spec.domains[0])
    network = build_network(spec.methods[0], task, 1)
    inputs, targets = task.batch(1, 0, 6)
    answers, routed = network(inputs)
    assert answers.shape == (6, 10)
    assert task.loss(answers, targets).isfinite()
    assert routed[0].chosen.shape == (2, 6 * 16)


def test_streams_differ_by_purpose_step_and_seed() -> None:
    drawn = {
        float(torch.rand(1, generator=stream(seed, purpose, step)))
        for seed in (1, 2)
        for purpose in PURPOSES
        for step in (0, 1)
    }
    assert len(drawn) == 4 * len(PURPOSES)
    assert set(TASKS) == {"language", "digits", "regression"}
