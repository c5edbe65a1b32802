"""Progress in the store: there after a restart, gone when deleted, in memory where it refuses."""

from __future__ import annotations

from pathlib import Path

from moeviz.engine import Store
from moeviz.engine.errors import StoreError
from moeviz.engine.progress import Progress
from moeviz.lessons.progress import Place
from moeviz.lessons.stored import Stored

PLACE = Place(3, {"predict": "both"}, 7)


def test_places_outlive_the_server_and_are_forgotten_when_asked(tmp_path: Path):
    Stored(lambda: Store(tmp_path)).save("anna", "gate", PLACE)
    again = Stored(lambda: Store(tmp_path))
    assert again.load("anna") == {"gate": PLACE}
    assert again.load("bernd") == {}
    again.delete("anna")
    assert Stored(lambda: Store(tmp_path)).load("anna") == {}


def test_a_lesson_goes_on_where_the_store_refuses(tmp_path: Path, monkeypatch):
    def refuse(*said: object) -> None:
        raise StoreError("Expected a disk with room, but it is full.")

    kept = Stored(lambda: Store(tmp_path))
    monkeypatch.setattr(Progress, "save", refuse)
    kept.save("anna", "gate", PLACE)
    assert kept.load("anna") == {"gate": PLACE}


def test_what_was_kept_before_ends_were_kept_is_read_and_an_end_is_kept(tmp_path: Path):
    before = Place.from_json({"step": 5, "said": {"predict": "both"}, "seed": None})
    assert before is not None
    assert before.over(5)
    assert before.to_json() == {"step": 5, "said": {"predict": "both"}, "seed": None}
    look = Place().after(before, 5)
    assert (look.ended, look.said) == (True, {"predict": "both"})
    again = Place(1, {"predict": "left"}).after(look, 5)
    assert (again.step, again.ended, again.said) == (1, True, {"predict": "left"})
    kept = Stored(lambda: Store(tmp_path))
    kept.save("anna", "gate", again)
    assert kept.load("anna") == {"gate": again}
    assert not Place(4, {"predict": "both"}).after(None, 5).ended
