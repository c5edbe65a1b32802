"""The command ``lessons``: which there are, whether a file is one, and what it runs, beforehand."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moeviz.cli.files import write
from moeviz.cli.printing import print_json
from moeviz.cli.running import add_where, run
from moeviz.errors import MoevizError, SpecificationError

if TYPE_CHECKING:
    from moeviz.engine import Store
    from moeviz.lessons.filled import Facts
    from moeviz.lessons.lesson import Lesson
    from moeviz.lessons.runs import Run

FIRST_SEED = 2
"""Of the truths that are prepared: the page offers it first."""

MOST_SEEDS = 20


def add_lessons(parser: argparse.ArgumentParser) -> None:
    """Give the command its own commands and their arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    commands = parser.add_subparsers(required=True, metavar="DO")
    listed = commands.add_parser("list", help="list the lessons of this server")
    listed.add_argument("--json", action="store_true", help="print plain data")
    listed.set_defaults(run=list_lessons)
    check = commands.add_parser("check", help="say what is wrong with a lesson's file")
    check.add_argument("files", metavar="FILE", type=Path, nargs="+")
    check.set_defaults(run=check_lessons)
    prepare = commands.add_parser("prepare", help="compute what lessons run, before class")
    prepare.add_argument(
        "names", metavar="NAME|FILE", nargs="*", help="lessons (default: all that ship)"
    )
    prepare.add_argument(
        "--seeds", type=int, default=1, help="truths of each study, from number 2 on (default: 1)"
    )
    prepare.add_argument("--dry-run", action="store_true", help="say what it would cost, and end")
    prepare.add_argument("--pack", type=Path, metavar="FOLDER", help="write files to take along")
    prepare.add_argument("--store", type=Path, help="folder of finished work")
    add_where(prepare)
    prepare.set_defaults(run=prepare_lessons)


def list_lessons(arguments: argparse.Namespace) -> int:
    """Print the lessons; 1 if a file of the lecturer's folder is none."""
    from moeviz.lessons.shelf import shelf

    found = shelf()
    if arguments.json:
        lessons = [_data(lesson) for lesson in found.lessons.values()]
        broken = {file: list(map(str, error.faults)) for file, error in found.broken.items()}
        print_json({"lessons": lessons, "broken": broken})
        return 1 if found.broken else 0
    for lesson in found.lessons.values():
        needs = f"; needs: {', '.join(lesson.needs)}" if lesson.needs else ""
        print(f"{lesson.name}: {lesson.title} ({lesson.minutes} minutes{needs})")
    for file, error in found.broken.items():
        print(f"{file}:")
        for fault in error.faults:
            print(f"    {fault}")
    return 1 if found.broken else 0


def _data(lesson: Lesson) -> dict[str, Any]:
    steps = [{"id": step.id, "title": step.title, "kind": step.kind} for step in lesson.steps]
    runs = [{"what": run.what, "name": run.name, "live": run.live} for run in lesson.runs]
    return {
        "name": lesson.name,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "needs": list(lesson.needs),
        "steps": steps,
        "runs": runs,
    }


def check_lessons(arguments: argparse.Namespace) -> int:
    """Print what is wrong, line by line, or which facts are used; 1 if anything is wrong."""
    from moeviz.lessons.faults import LessonError
    from moeviz.lessons.reader import looked_up, notes
    from moeviz.lessons.shelf import read_file

    wrong = False
    for path in arguments.files:
        try:
            lesson = read_file(path)
            facts = looked_up(lesson)
        except LessonError as error:
            wrong = True
            for fault in error.faults:
                print(f"{path}:{fault.line}: {fault.reason}")
            continue
        steps = f"{len(lesson.steps)} steps, {lesson.minutes} minutes"
        print(f"{path}: a lesson, {lesson.title!r}, {steps}.")
        for note in notes(lesson, facts):
            print(f"    {note}")
        _print_facts(lesson, facts)
    return 1 if wrong else 0


def _print_facts(lesson: Lesson, facts: Facts) -> None:
    """Print where each source comes from, and what it says of all that the lesson uses."""
    from moeviz.lessons.conditions import DIGITS
    from moeviz.lessons.filled import written
    from moeviz.lessons.origins import origin, used_facts

    for source, used in used_facts(lesson).items():
        print(f"  {source}: {origin(lesson.facts[source])}")
        wide = max(map(len, used), default=0)
        for name in used:
            print(f"    {name:<{wide}}  {written(facts[name], DIGITS)}")


def prepare_lessons(arguments: argparse.Namespace) -> int:
    """Say what it costs, compute what is not in the store yet, and pack it where that is asked."""
    from moeviz.engine import Store
    from moeviz.engine.listing import kept_jobs

    if not 1 <= arguments.seeds <= MOST_SEEDS:
        raise SpecificationError(f"Expected --seeds from 1 to {MOST_SEEDS}.")
    lessons = [_lesson(name) for name in arguments.names] or _shipped()
    wanted = _wanted(lessons, range(FIRST_SEED, FIRST_SEED + arguments.seeds))
    store = Store(arguments.store)
    ready = {job.name.hash for job in kept_jobs(store) if job.state == "done"}
    for one in wanted:
        said = "ready" if one.hash in ready else f"about {max(1.0, one.cost):,.0f} s of one core"
        print(f"{one.words}: {said}")
    missing = [one for one in wanted if one.hash not in ready]
    minutes = sum(one.cost for one in missing) / 60
    print(f"{len(missing)} of {len(wanted)} to be run, about {minutes:,.0f} min of one core.")
    if arguments.dry_run:
        return 0
    failed = [one for one in missing if not _computed(one, arguments, store)]
    if arguments.pack is not None:
        _pack(store, {one.hash for one in wanted}, arguments.pack)
    return 1 if failed else 0


def _lesson(name: str) -> Lesson:
    from moeviz.lessons import LESSONS
    from moeviz.lessons.shelf import read_file

    return read_file(Path(name)) if name.endswith(".md") else LESSONS[name]


def _shipped() -> list[Lesson]:
    from moeviz.lessons import LESSONS

    return list(LESSONS.values())


@dataclass(frozen=True)
class Wanted:
    """Something that a lesson runs.

    Attributes
    ----------
    run : Run
    seed : int
    spec : Any
    cost : float
        Seconds of one core.
    """

    run: Run
    seed: int
    spec: Any
    cost: float

    @property
    def hash(self) -> str:
        """The job's name."""
        return str(self.spec.hash)

    @property
    def words(self) -> str:
        """What it is called."""
        numbers = {"study": f", truth {self.seed}", "training": f", draws {self.seed}"}
        return f"{self.run.what} {self.run.name}{numbers.get(self.run.what, '')}"


def _wanted(lessons: list[Lesson], seeds: range) -> list[Wanted]:
    """Return what is to be run, each once, with its cost."""
    found: dict[str, Wanted] = {}
    for each in (run_ for lesson in lessons for run_ in lesson.runs if run_.live):
        for seed in seeds if each.what in ("study", "training") else seeds[:1]:
            spec = each.specification(seed)
            found.setdefault(spec.hash, Wanted(each, seed, spec, _cost(each, spec)))
    return list(found.values())


def _cost(each: Run, spec: Any) -> float:
    """Return the estimated seconds of one core."""
    if each.what == "training":
        from moeviz.train.cost import seconds_with

        return seconds_with(spec, 1)
    from moeviz.engine.checks.check import Checks
    from moeviz.engine.protocols.protocols import Protocols
    from moeviz.engine.studies.studies import Studies

    kind = next(kind for kind in (Checks(), Protocols(), Studies()) if kind.owns(spec))
    return sum(kind.seconds(block) or 0.0 for block in kind.plan(spec))


def _computed(one: Wanted, arguments: argparse.Namespace, store: Store) -> bool:
    """Run something to its end, from where it stopped, and say how it went."""
    try:
        if one.run.what == "check":
            from moeviz.engine import Checker

            with Checker(store=store) as checker:
                checker.wait(checker.submit(one.spec))
        else:
            run(one.spec, arguments, store)
    except MoevizError as error:
        print(f"{one.words}: {error}")
        return False
    print(f"{one.words}: ready", flush=True)
    return True


def _pack(store: Store, names: set[str], folder: Path) -> None:
    """Write each job into a file that ``jobs import`` takes in elsewhere."""
    from moeviz.engine import archive
    from moeviz.engine.listing import kept_jobs

    folder.mkdir(parents=True, exist_ok=True)
    jobs = [job for job in kept_jobs(store) if job.name.hash in names]
    for job in jobs:
        write(folder / f"{job.name.hash}.json", archive.export_job(store, job))
    print(f"{folder}: {len(jobs)} jobs; `python -m moeviz jobs import FILE` takes one in.")
