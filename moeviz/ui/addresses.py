"""Addresses that take the whole package, imported when the server answers already."""

from __future__ import annotations

from starlette.routing import Route

from moeviz.charts.claims import find_claims
from moeviz.ui.information.moving import moving_route
from moeviz.ui.jobs.routes import jobs_routes
from moeviz.ui.shared.cards import CARDS
from moeviz.ui.shared.claims import CLAIMS, find_route
from moeviz.ui.shared.pictures import PICTURES
from moeviz.ui.shared.tiles import tiles_routes
from moeviz.ui.train.looks import looks_route


def routes(base: str) -> list[Route]:
    """Return the routes.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.

    Returns
    -------
    list of Route
        The cards of all choices; the map of claims and its search; the first page's small pictures;
        what pages compute while a hand moves, the tokens of a training, and a visitor's jobs.
    """
    return [
        CARDS.route(base),
        CLAIMS.route(base),
        find_route(base),
        moving_route(base),
        looks_route(base),
        *jobs_routes(base),
        *tiles_routes(PICTURES, base),
    ]


def prepare() -> None:
    """Make the files, and what the first search takes."""
    CARDS.path()
    CLAIMS.path()
    find_claims("gate")


def prepare_pictures() -> None:
    """Make what the first page's tiles show; it takes longest."""
    PICTURES.path()
