"""The command `room`: what it prints, and that it leads nobody astray."""

from __future__ import annotations

import json
import re
from pathlib import Path

from moeviz.cli.program import main
from moeviz.engine import Store
from moeviz.lessons.shelf import shipped
from moeviz.rooms.hall import Hall


def test_a_room_from_the_command_line_is_opened_listed_exported_and_ended(tmp_path: Path, capsys):
    store = ["--store", str(tmp_path / "home")]
    assert main(["room", "list", *store]) == 0
    assert capsys.readouterr().out == "There is no room.\n"
    assert main(["room", "open", "close", "--json", *store]) == 0
    opened = json.loads(capsys.readouterr().out)
    assert opened["page"] == f"room?code={opened['code']}#key={opened['key']}"

    hall = Hall(Store(tmp_path / "home"))
    token, _ = hall.doors.join(opened["code"], "Anna")
    hall.lectern.act(opened["code"], opened["key"], "lead", 1)
    hall.doors.answer(opened["code"], token, "predict", 4.0)
    assert main(["room", "list", "--json", *store]) == 0
    (room,) = json.loads(capsys.readouterr().out)
    assert (room["members"], room["answers"], room["ended"]) == (1, 1, None)
    file = tmp_path / "said.csv"
    assert main(["room", "export", opened["code"].lower(), str(file), *store]) == 0
    assert re.fullmatch(r"2,.*,number,4,,0", file.read_text().splitlines()[1])
    assert main(["room", "end", opened["code"], *store]) == 0
    hall.books.sync(opened["code"])
    assert hall.books.found(opened["code"]).state.ended == "lecturer"
    capsys.readouterr()
    assert main(["room", "end", opened["code"], *store]) == 2
    assert main(["room", "open", "nothing", *store]) == 2
    assert "Expected one of the lessons" in capsys.readouterr().err
    own = tmp_path / "mine.md"
    for text, status in ((shipped()["gauge"].text, 0), ("no lesson", 2)):
        own.write_text(text, encoding="utf-8")
        assert main(["room", "open", str(own), *store]) == status
    assert "line 1" in capsys.readouterr().err
