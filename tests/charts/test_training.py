"""What a class sees of a comparison of sparse networks: curves, differences, sentences, colours."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from moeviz.charts.palette import THEMES, contrast
from moeviz.charts.training import training_screen
from moeviz.charts.training_compared import (
    asked_words,
    difference_words,
    printed_beside,
    untaught_words,
)
from moeviz.charts.training_diagnostics import DIAGNOSTICS, MOST_NUMBERS, thinned
from moeviz.charts.training_experts import MARKS, READABLE, expert_looks
from moeviz.charts.training_map import schedules
from moeviz.charts.training_words import formed, notices, sentence
from moeviz.text import json_text
from moeviz.train.paired import Difference
from moeviz.train.plan import Run, plan
from moeviz.train.presets import PRESETS
from moeviz.train.published import TABLES
from moeviz.train.result import TrainingResult, assemble
from moeviz.train.run import schedule_of
from moeviz.train.specification import Training

LIGHT = THEMES["light"]
CHANCE = 0.25
LOSS = (5.0, 4.0, 3.0)


@lru_cache
def spec(**values: Any) -> Training:
    own = {"methods": "competesmoe\nsmoe\ndense-active", "seeds": 3, "steps": 40, "points": 3}
    return Training.make(str(values.pop("name", "")), {**own, **values})


def layer(agreement: float, rank_down: float, use: float, idle: int) -> dict[str, Any]:
    return {
        "change": 0.5, "agreement": agreement, "use_entropy": use, "weight_entropy": 0.8,
        "load": [0.0] * idle + [1.0 / (8 - idle)] * (8 - idle), "score_norm": 2.0,
        "similarity": 0.1, "rank_down": rank_down,
    }  # fmt: skip


def record(
    run: Run, number: int, agreement: float, dense: bool = False, rank_down: float = 0.21,
    use: float = 2.9, idle: int = 0,
) -> dict[str, Any]:  # fmt: skip
    looked = {} if dense else layer(agreement, rank_down, use, idle)
    return {
        "step": number, "train": [1.0], "seconds": 1.0, "competed": [0, 0], "validation": None,
        "held_out": LOSS[number] + 0.1 * run.method + 0.01 * run.seed, "accuracy": None,
        "asked_per_second": 9000.0, "learned_per_second": 3000.0,
        "look": {"loss": 3.0, "layers": [looked, looked]},
    }  # fmt: skip


def result(
    stretches: int | None = None, made: Training | None = None, **told: Any
) -> TrainingResult:
    """A comparison whose first router learns to agree and whose second does not."""
    made = made or spec()
    found = {}
    for stretch in plan(made)[:stretches]:
        line = made.methods[stretch.run.method]
        agreement = (0.24, 0.5, 0.71)[stretch.number] if stretch.run.method == 0 else CHANCE
        found[stretch.id] = record(stretch.run, stretch.number, agreement, line.dense, **told)
    return assemble(made, found, 10.0, "cpu")


def screen(**asked: Any) -> dict[str, Any]:
    return training_screen(result(**asked), LIGHT)


def test_a_screen_is_plain_and_small():
    text = json_text(screen(), compact=True)
    assert json.loads(text)["steps"] == list(spec().steps_at)
    assert len(text) < 60_000


def test_curves_are_those_of_the_result():
    whole = result()
    shown = training_screen(whole, LIGHT)["curves"]
    for method, curve in enumerate(shown):
        values = whole.curve(method).values.mean(0)
        np.testing.assert_allclose(curve["mean"], values.mean(0), rtol=1e-3)
        np.testing.assert_allclose(curve["low"], values.min(0), rtol=1e-3)
        np.testing.assert_allclose(curve["high"], values.max(0), rtol=1e-3)
        np.testing.assert_allclose(curve["seeds"], values, rtol=1e-3)


def test_what_is_not_reached_yet_is_left_open():
    shown = screen(stretches=9)
    assert [run["last"] for run in shown["runs"]] == [1] * 9
    assert shown["curves"][0]["mean"][1:] == [None, None]
    assert shown["finals"] == ["–"] * 3
    assert {each["words"] for row in shown["differences"] for each in row if each} == {"–"}


def test_nothing_at_all_is_a_screen_too():
    shown = screen(stretches=0)
    assert shown["diagnostics"] == []
    assert shown["summary"] == "Nothing has been measured yet."


def test_a_dense_network_has_no_diagnostics_of_routing_but_speeds():
    told = {each["name"]: each["methods"][2] for each in screen()["diagnostics"]}
    assert told.pop("learned_per_second")[0]["mean"] == [3000.0] * 3
    assert told.pop("asked_per_second")[0]["mean"] == [9000.0] * 3
    assert set(map(len, told.values())) == {0}


def test_the_sentence_has_the_numbers_of_its_checkpoint():
    shown = screen()
    said = sentence(shown, 0, 1, 2)
    assert "*71\u00a0%*" in said
    assert f"up from 24\u00a0% at step {shown['steps'][0]}" in said
    assert "rank\u00a03 in place of rank\u00a01 would cost *0.21* bits per character" in said
    assert sentence(shown, 0, 1, 1, beside=True) == "CompeteSMoE: *50\u00a0%*, rank\u00a03: *0.21*."


def test_diagnostics_are_explained_with_the_numbers_of_the_comparison():
    says = {each["name"]: each["says"] for each in screen()["diagnostics"]}
    assert "chance gives 2 of 8" in says["agreement"]
    assert "rank 3 answers in the place of rank 1" in says["rank_down"]
    assert not [words for words in says.values() if "{" in words]


def test_a_router_no_better_than_chance_is_called_that():
    assert "chance alone gives 25\u00a0%" in sentence(screen(), 1, 0, 2)
    assert "chance" in sentence(screen(), 0, 0, 0)


def test_a_shared_expert_is_not_picked():
    shown = screen(made=spec(methods="smoe\nshared-v2"))
    # One of eight is picked: a quarter of those is twice of what chance gives.
    assert "as many as at step" in sentence(shown, 1, 0, 2)
    assert "rank\u00a02 in place of rank\u00a01" in sentence(shown, 1, 0, 2)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"rank_down": 0.001}, "would do as well (0.00 bits per character)"),
        ({"rank_down": -0.2}, "changes the loss by *−0.20*"),
        ({"rank_down": None}, "at step"),
        ({"use": 1.2}, "entropy of use *1.20* of 3.00 bits"),
    ],
)
def test_a_sentence_says_what_is_there(told: Mapping[str, Any], words: str):
    assert words in sentence(screen(**told), 0, 0, 2)


def test_where_the_true_gate_is_known_the_sentence_is_about_it():
    whole = result()
    for records in whole.records.values():
        for at, one in enumerate(records):
            for each in filter(None, one["look"]["layers"]):
                each["truth"] = {"agreement": 0.5 + 0.1 * at, "information": 0.4}
    shown = training_screen(whole, LIGHT)
    assert "finds *70\u00a0%* of the true gate’s experts, up from 50\u00a0%" in sentence(
        shown, 0, 0, 2
    )
    assert sentence(shown, 1, 0, 2, beside=True) == "SMoE: *70\u00a0%*, rank\u00a03: *0.21*."
    assert "truth.information" in [each["name"] for each in shown["diagnostics"]]


@pytest.mark.parametrize(
    ("lowest", "words"),
    [
        (
            (0, 0, 0),
            "no expert lies idle in any seed (less than a tenth of an equal share); in all layers "
            "*0* of 16",
        ),
        (
            (2, 1, 0),
            "*1* of 8 experts lie idle (less than a tenth of an equal share), 0 to 2 by seed; in "
            "all layers *2* of 16",
        ),
        (
            (1, 0, 0),
            "*0.3* of 8 experts lie idle (less than a tenth of an equal share), 0 to 1 by seed; in "
            "all layers *0.7* of 16",
        ),
    ],
)
def test_a_question_of_idle_experts_is_answered(lowest: tuple[int, ...], words: str):
    whole = result(made=spec(name="collapse"))
    for run, records in whole.records.items():
        idle = lowest[run.seed - 1]
        for each in filter(None, records[2]["look"]["layers"]):
            each |= layer(0.5, 0.2, 2.9, idle)
    shown = training_screen(whole, LIGHT)
    assert shown["reads"] == "use_entropy"
    used = "entropy of use *2.90* of 3.00 bits."
    assert sentence(shown, 0, 0, 2) == f"CompeteSMoE: {words}; {used}"
    short = sentence(shown, 1, 0, 2, beside=True)
    assert short.startswith("SMoE: *")
    assert ("by seed" in short) == any(lowest)


def test_every_preset_reads_a_diagnostic_that_there_is():
    assert {preset.reads for preset in PRESETS.values()} <= {"", *(d.name for d in DIAGNOSTICS)}


def test_an_even_router_is_not_said_to_crowd():
    assert "crowd" not in sentence(screen(), 0, 0, 2)


def test_a_method_that_always_competes_is_not_praised_for_agreeing():
    shown = screen()
    shown |= notices(shown, [True, False, False])
    assert sentence(shown, 0, 0, 2).startswith("CompeteSMoE lets the strongest experts win")


def test_dense_networks_are_said_to_have_no_router():
    assert "has no router" in sentence(screen(), 2, 0, 2)


def test_differences_are_the_results_both_ways_round():
    whole = result()
    shown = training_screen(whole, LIGHT)["differences"]
    found = whole.difference(1, 0)
    assert shown[0][1] == difference_words(found)
    assert (shown[0][1]["says"], shown[1][0]["says"]) == ("worse", "better")
    assert shown[0][1]["words"].startswith("0.100 (")
    assert [row[at] for at, row in enumerate(shown)] == [None] * 3


def test_the_summary_names_whom_the_best_beats():
    said = screen()["summary"]
    assert said.startswith("CompeteSMoE ends at 3.020 bits per character")
    assert "the best mean of 3 seeds" in said
    assert "better than SMoE and dense, equal work" in said
    assert "cannot tell" not in said


def test_the_summary_of_one_seed_is_no_mean():
    said = screen(made=spec(seeds=1))["summary"]
    assert "the best of one seed each; whether it beats SMoE" in said
    assert said.endswith("one seed cannot tell.")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Difference(-0.05, -0.11, 0.01, 3, 0, "cannot tell"), "−0.050 (−0.110 to 0.010)"),
        (Difference(0.2, math.nan, math.nan, 1, 2, "cannot tell"), "0.200, one pair of seeds"),
        (Difference(math.nan, math.nan, math.nan, 0, 3, "cannot tell"), "–"),
    ],
)
def test_a_difference_in_words(found: Difference, words: str):
    assert difference_words(found)["words"] == words


def test_a_setting_stays_on_one_line_with_its_value():
    shown = screen(made=spec(methods="smoe\nsmoe balance=0.0"))
    assert shown["methods"][1]["title"] == "SMoE (balance\u00a0=\u00a00)"


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("language", "all 723 pieces of 64 characters that are held out"),
        ("digits", "all 723 digits that are held out"),
        ("regression", "all 723 blocks of 64 points that are held out"),
    ],
)
def test_what_final_numbers_are_of_is_said_in_the_tasks_words(task: str, words: str):
    whole = result(made=spec(methods="smoe", task=task))
    for run, records in whole.records.items():
        last = {**records[-1], "inputs": 64, "final": {"inputs": 723, "loss": 1.0, "accuracy": 0.5}}
        whole.records[run] = (*records[:-1], last)
    assert words in asked_words(whole)


def test_points_of_percent_for_shares():
    found = Difference(0.021, 0.01, 0.032, 3, 0, "better")
    assert difference_words(found, percent=True)["words"] == "2.1 (1.0 to 3.2)"


def test_the_simple_model_stands_beside_the_curves():
    found = screen()["baseline"]
    assert found["name"] == f"trigrams {found['value']:.2f}"


def test_what_the_paper_prints_stands_beside_its_method():
    made = spec(name="compete-lm")
    beside = printed_beside(result(made=made))
    table = TABLES["compete-2"]
    printed = {row.method: row.values[0] for row in table.rows}
    assert beside is not None
    names = [method.name for method in made.methods]
    assert beside["values"] == [printed.get(name) for name in names]
    assert beside["lower"]
    assert "not the paper's" in beside["note"]


def test_it_is_said_where_curves_ask_less_than_final_numbers():
    whole = result()
    assert training_screen(whole, LIGHT)["asked"] == ""
    for records in whole.records.values():
        records[-1].update(inputs=64, final={"inputs": 700, "loss": 3.0, "accuracy": None})
    said = training_screen(whole, LIGHT)["asked"]
    assert said.startswith("Final numbers are of all 700 pieces of 64 characters")
    assert "the same 64 of them" in said


def test_no_table_stands_beside_a_comparison_of_ones_own():
    assert printed_beside(result()) is None


def test_the_map_counts_every_step_with_competition():
    made = spec(steps=600)
    found = schedules(made)
    assert [(each["method"], each["seed"]) for each in found] == [(0, 1), (0, 2), (0, 3)]
    for each in found:
        when = schedule_of(made.methods[0], each["seed"])
        assert when is not None
        assert [sum(row) for row in each["layers"]] == when.active.sum(1).tolist()
        assert len(each["layers"][0]) * each["width"] >= 600


def test_a_long_list_is_thinned_and_keeps_its_ends():
    assert thinned(5, 9) == [0, 1, 2, 3, 4]
    found = thinned(60, 7)
    assert (found[0], found[-1], len(found)) == (0, 59, 7)


def test_the_largest_comparison_stays_small():
    lines = "\n".join(f"competesmoe omega=0.{at:02d}" for at in range(10, 22))
    made = spec(methods=lines, seeds=5, steps=600, points=18, layers=8, width=8, hidden=4, batch=1)
    found = {stretch.id: record(stretch.run, 0, 0.3) for stretch in plan(made)}
    for one in found.values():
        one["look"]["layers"] = [layer(0.3, 0.1, 2.9, 0)] * 8
    whole = assemble(made, found, 1.0, "cpu")
    shown = training_screen(whole, LIGHT)
    numbers = sum(
        len(values)
        for each in shown["diagnostics"]
        for method in each["methods"]
        for one in method
        for values in one.values()
    )
    assert numbers <= 1.2 * MOST_NUMBERS
    assert len(json_text(shown, compact=True)) < 200_000


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_letters_can_be_read_on_every_tint(theme: Any):
    looks = expert_looks(theme)
    ratios = [contrast(theme.text, tint) for tints in looks["tints"] for tint in tints]
    assert min(ratios) >= READABLE


def test_experts_are_told_apart_by_colour_and_mark():
    looks = expert_looks(LIGHT)
    count = len(looks["colours"])
    pairs = {(at % count, at % len(MARKS)) for at in range(64)}
    assert len(pairs) == 64
    assert len(set(MARKS)) == len(MARKS)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.705, "percent", "71\u00a0%"),
        (-0.004, "number", "0.00"),
        (-1.5, "number", "−1.50"),
        (12345.6, "thousands", "12,346"),
        (None, "number", "–"),
    ],
)
def test_numbers_are_written_as_the_browser_writes_them(value: float, form: str, text: str):
    assert formed(value, form) == text


def test_it_is_said_whose_router_the_task_does_not_reach() -> None:
    two = assemble(spec(methods="smoe\nshared-v2\nshared-v3\ndense-active"), {}, 0.0, "cpu")
    assert untaught_words(two) == ""
    alone = assemble(spec(methods="smoe\nxmoe\nmoeut", top=1), {}, 0.0, "cpu")
    assert untaught_words(alone).startswith("SMoE and XMoE with K = 1: their routers choose")
    assert training_screen(alone, LIGHT)["asked"] == untaught_words(alone)
