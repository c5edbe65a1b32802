"""The commands ``jobs export`` and ``jobs import``: one job as one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from moeviz.cli.files import check_target, write
from moeviz.cli.job_choice import chosen_of, open_store
from moeviz.cli.printing import print_json
from moeviz.errors import SpecificationError


def export_job(arguments: argparse.Namespace) -> int:
    """Write a job into a file.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    from moeviz.engine import archive

    store = open_store(arguments)
    job = chosen_of(store, arguments)
    path = arguments.file or Path(f"{job.name.hash}.json")
    check_target(path, "the file")
    content = archive.export_job(store, job)
    write(path, content)
    print(f"{path}: {job.name.kind} {job.name.hash}, {job.blocks} blocks, {len(content):,} bytes")
    return 0


def import_job(arguments: argparse.Namespace) -> int:
    """Take the job of a file in.

    Parameters
    ----------
    arguments : argparse.Namespace

    Raises
    ------
    MoevizError
        If the file cannot be read, or anything in it is not as it was written.
    """
    from moeviz.engine import archive, importing

    try:
        with arguments.file.open("rb") as file:
            content = file.read(archive.MOST_BYTES + 1)
    except OSError as error:
        raise SpecificationError(
            f"Expected a file that can be read, but {arguments.file.name} gave: {error.strerror}."
        ) from None
    export = archive.read_export(content)
    name, new = importing.import_job(open_store(arguments), export)
    if arguments.json:
        print_json(
            {
                "kind": name.kind, "hash": name.hash, "device": name.device, "new": new,
                "blocks": len(export.results), "total": export.total,
                "versions": dict(export.versions),
            }
        )  # fmt: skip
        return 0
    print(
        f"{name.kind} {name.hash} on {name.device}: {len(export.results)} of {export.total} "
        f"blocks, {new} of them new here"
    )
    return 0
