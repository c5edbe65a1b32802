"""The command ``lessons``: what is listed, what is refused, what it would cost before class."""

from __future__ import annotations

import json

import pytest

from moeviz.cli.program import main
from moeviz.lessons import LESSONS
from moeviz.lessons.origins import used_facts
from moeviz.lessons.reader import looked_up
from moeviz.lessons.shelf import FOLDER, shipped_folder

GAUGE = shipped_folder() / "02-gauge.md"


def test_the_list_says_minutes_steps_and_runs(capsys):
    assert main(["lessons", "list"]) == 0
    said = capsys.readouterr().out
    assert all(f"{lesson.title} ({lesson.minutes} minutes" in said for lesson in LESSONS.values())
    assert main(["lessons", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [lesson["name"] for lesson in told["lessons"]] == list(LESSONS)
    assert told["broken"] == {}


def test_a_broken_file_is_refused_with_line_and_reason(tmp_path, capsys, monkeypatch):
    broken = tmp_path / "broken.md"
    text = GAUGE.read_text("utf-8")
    broken.write_text(text.replace("minutes = 8", "minutes = 0").replace("C1.d2", "C99"), "utf-8")
    assert main(["lessons", "check", str(GAUGE), str(broken)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{GAUGE}: a lesson")
    assert f"{broken}:3: Expected minutes to be a number from 1 to 60." in lines
    assert any(line.startswith(f"{broken}:12: Expected claim to be one of") for line in lines)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert main(["lessons", "list"]) == 1
    assert "broken.md:" in capsys.readouterr().out


def test_a_sound_file_is_told_with_the_facts_that_it_uses_and_where_they_come_from(capsys):
    assert main(["lessons", "check", str(shipped_folder() / "09-compete.md")]) == 0
    lines = capsys.readouterr().out.splitlines()
    facts = looked_up(LESSONS["compete"])
    (with_, without) = (line for line in lines if line.startswith(("  with: ", "  without: ")))
    assert "study compete-over; router competition, gate softmax, expert linear" in with_
    assert "study gaussian-over; router linear, gate softmax, expert linear" in without
    alike = [line.partition("loss expert")[2].partition("; of ")[0] for line in (with_, without)]
    assert "2 true experts, 3 fitted" in alike[0] == alike[1]
    slope = next(line for line in lines if line.strip().startswith("with.slope "))
    assert slope.split() == ["with.slope", f"{facts['with.slope']:.4f}".replace("-", "−")]
    told = {line.split()[0] for line in lines if line.startswith("    ")}
    used = used_facts(LESSONS["compete"])
    assert told == {name for names in used.values() for name in names}
    assert {"lm.says", "lm.low", "often.paper"} <= told
    assert "lm.baseline" not in told


def test_what_a_condition_or_an_order_alone_speaks_of_is_used():
    used = used_facts(LESSONS["noise"])
    assert {"plain.slope", "plain.low", "plain.high"} <= set(used["plain"])
    assert "designed.to" in used_facts(LESSONS["trust"])["designed"]


def test_what_lessons_run_is_priced_first(tmp_path, capsys):
    words = ["lessons", "prepare", "slow", "modified", "--seeds", "2", "--dry-run"]
    assert main([*words, "--store", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        "study cosine-exact, truth number 2",
        "study cosine-exact, truth number 3",
        "check M4.unit.d2",
        "study multinomial-regime2, truth number 2",
        "study multinomial-regime2, truth number 3",
    ]
    assert lines[-1].startswith("5 of 5 to be run, about ")
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.parametrize(
    "words", [["prepare", "none"], ["prepare", "none.md"], ["prepare", "--seeds", "0"]]
)
def test_what_cannot_be_prepared_is_said_in_a_sentence(words, capsys, tmp_path):
    assert main(["lessons", *words, "--dry-run", "--store", str(tmp_path)]) == 2
    assert "Expected" in capsys.readouterr().err
