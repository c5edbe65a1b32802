"""The command ``train``."""

from __future__ import annotations

import argparse
import json

import pytest

from moeviz.cli.program import main
from moeviz.cli.train import add_train, specification
from moeviz.cli.train_text import result_text
from moeviz.train.presets import PRESETS
from tests.train.results import TINY, made


def words(*more: str) -> list[str]:
    small = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
    return ["train", *more, *small, "--set", "seeds=2", "--set", "points=2"]


def described(*words: str):
    parser = argparse.ArgumentParser()
    add_train(parser)
    return specification(parser.parse_args(words))


def test_presets_are_listed_for_people_and_for_scripts(capsys) -> None:
    assert main(["train"]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}: {preset.asks}" in said for name, preset in PRESETS.items())
    assert main(["train", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in listed] == list(PRESETS)
    assert listed[0]["tables"][0] == "compete Table 2"


def test_a_comparison_runs_and_is_the_same_from_its_document(capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path))
    asked = words("compete-lm", "--methods", "smoe; competesmoe alpha=0.0", "--json")
    assert main([*asked, "--workers", "1", "--device", "cpu"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["complete"]
    assert [each["method"] for each in first["methods"]] == ["smoe", "competesmoe alpha=0.0"]
    assert len(first["differences"]) == 1
    assert first["differences"][0]["pairs"] == 2
    assert first["published"][0]["source"] == "compete Table 2"
    path = tmp_path / "result.json"
    path.write_text(json.dumps(first))
    # Every block is in the store: nothing is computed again, and the numbers are the same.
    assert main(["train", str(path), "--json", "--workers", "1", "--device", "cpu"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["methods"] == first["methods"]
    assert again["hash"] == first["hash"]


def test_settings_methods_and_texts_change_a_preset(tmp_path) -> None:
    text = tmp_path / "mine.txt"
    text.write_text("the quick brown fox jumps over the lazy dog. " * 60)
    spec = described("collapse", "--methods", "smoe;xmoe;", "--text", str(text), "--set", "top=1")
    assert spec["methods"] == "smoe\nxmoe"
    assert spec["top"] == 1
    assert spec.own == text.read_bytes()
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec.to_json()))
    assert described(str(path)) == spec
    assert described(str(path), "--set", "top=2").own == spec.own


REFUSED = [
    (["nope"], "known training presets"),
    (["collapse", "--set", "nope=1"], "one of the fields"),
    (["collapse", "--methods", "gpt"], "begin with a method"),
    (["collapse", "--text", "nowhere.txt"], "readable text"),
    (["nowhere.json"], "readable file"),
    (["cosine-dg", "--text", __file__], "no text beside a task"),
]


@pytest.mark.parametrize(("asked", "said"), REFUSED)
def test_bad_input_is_one_sentence(capsys, asked: list[str], said: str) -> None:
    assert main(["train", *asked]) == 2
    heard = capsys.readouterr().err
    assert said in heard
    assert heard.count("\n") == 1


def test_people_are_told_what_cannot_be_told() -> None:
    loss = {0: 2.0, 1: 2.5}
    result = made(lambda run, at: loss[run.method] + 0.01 * run.seed, "compete-lm")
    said = result_text(result)
    assert "beside SMoE: 0.5000 (0.5000 to 0.5000), worse" in said
    assert "beside trigrams: " in said
    assert "here it is not so." in said
    assert "not the paper's" in said
    lost = made(lambda run, at: None if run.method and run.seed > 1 else 2.0, "collapse")
    assert "cannot tell from 1 pairs; 2 pairs are missing" in result_text(lost)
    assert "2 of its runs came to no number" in result_text(lost)
