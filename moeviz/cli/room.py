"""The command ``room``: lecture rooms, opened, listed, ended and exported without a browser."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moeviz.cli.commands import of_the_store
from moeviz.cli.files import check_target, write
from moeviz.cli.printing import print_json
from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from moeviz.rooms.hall import Hall


def add_room(parser: argparse.ArgumentParser) -> None:
    """Give the command its own commands and their arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    add = partial(of_the_store, parser.add_subparsers(required=True, metavar="DO"))

    opened = add("open", "open a room from a lesson, and say its code and key", open_room)
    opened.add_argument("lesson", metavar="LESSON", help="a lesson's name, or a file FILE.md")
    add("list", "list rooms, the latest first", list_rooms)
    ended = add("end", "end a room", end_room)
    ended.add_argument("code", metavar="CODE")
    export = add("export", "write a room's answers as CSV, without who", export_room, plain=False)
    export.add_argument("code", metavar="CODE")
    export.add_argument("file", metavar="FILE", type=Path, nargs="?", help="default: CODE.csv")


def open_room(arguments: argparse.Namespace) -> int:
    """Open a room and print its code and key.

    Parameters
    ----------
    arguments : argparse.Namespace

    Raises
    ------
    SpecificationError
        If there is no such lesson, or the file is none.
    """
    from moeviz.lessons import LESSONS
    from moeviz.lessons.reader import looked_up
    from moeviz.lessons.shelf import ENDING, read_file
    from moeviz.rooms.lesson_agenda import of_lesson

    name = arguments.lesson
    handed = name.endswith(ENDING)
    if not handed and name not in LESSONS:
        raise SpecificationError(
            f"Expected one of the lessons {', '.join(LESSONS)}, but got '{name[:40]}'."
        )
    lesson = read_file(Path(name)) if handed else LESSONS[name]
    agenda = of_lesson(lesson, looked_up(lesson), linked=not handed)
    code, key = _hall(arguments).lectern.open(agenda)
    if arguments.json:
        print_json({"code": code, "key": key, "page": f"room?code={code}#key={key}"})
        return 0
    print(f"Code for the class: {code}  (page: join)")
    print(f"Lecturer's page:    room?code={code}#key={key}")
    print("Both stand behind the server's address; the key is shown only now.")
    return 0


def list_rooms(arguments: argparse.Namespace) -> int:
    """Print a line for each room.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    found = [_plain(row) for row in _hall(arguments).lectern.listed()]
    if arguments.json:
        print_json(found)
        return 0
    for room in found:
        when = datetime.fromtimestamp(room["opened"]).strftime("%Y-%m-%d %H:%M")
        state = "open" if room["ended"] is None else "ended"
        print(
            f"{room['code']}  {state:5s} {when}  {room['members']:4d} joined "
            f"{room['answers']:5d} answers  {room['title']}"
        )
    if not found:
        print("There is no room.")
    return 0


def end_room(arguments: argparse.Namespace) -> int:
    """End a room; a server that runs tells its phones within a second or two.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    room = _hall(arguments).lectern.end(arguments.code.upper())
    if arguments.json:
        print_json({"code": room.code, "ended": room.ended})
    else:
        print(f"{room.code} has ended.")
    return 0


def export_room(arguments: argparse.Namespace) -> int:
    """Write a room's answers into a file.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    from moeviz.rooms.export import answers_csv

    code = arguments.code.upper()
    room = _hall(arguments).books.found(code)
    path = arguments.file or Path(f"{code}.csv")
    check_target(path, "the file")
    write(path, answers_csv(room).encode())
    print(f"{path}: {sum(map(len, room.answers.values()))} answers")
    return 0


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("code", "opened", "seen", "ended", "members", "answers")}
    return {**kept, "title": json.loads(row["agenda"])["title"]}


def _hall(arguments: argparse.Namespace) -> Hall:
    from moeviz.engine import Store
    from moeviz.rooms.hall import Hall

    return Hall(Store(arguments.store))
