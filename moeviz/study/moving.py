r"""A truth that moves with n: :math:`G_n = G_*(t_n)` with :math:`t_n = c\,n^{-q}`.

A study's design draws the limit :math:`G_*`. Data of n samples come from :math:`G_n`, and fits to
them are held against it. How far :math:`G_n` is from its limit, the *separation*, is read in every
way in which fits are: it is what an estimate is wrong by that takes the one truth for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moeviz.errors import SpecificationError
from moeviz.study.moves import MOVES, STANDING, Move

if TYPE_CHECKING:
    from torch import Tensor

    from moeviz.model import Layout, Mixture
    from moeviz.study.models import PlannedFit


def move_of(values: Mapping[str, Any]) -> Move | None:
    """Return how a study's truth moves; None where it stands still.

    Parameters
    ----------
    values : mapping
        A study's fields.
    """
    return None if values["moving"] == STANDING else MOVES[values["moving"]]


def leaves(values: Mapping[str, Any]) -> bool:
    """Return whether a study's truth is another one than its limit, moving or standing still.

    Parameters
    ----------
    values : mapping
        A study's fields.
    """
    return move_of(values) is not None and bool(values["moving_scale"] > 0.0)


def moves(values: Mapping[str, Any]) -> bool:
    """Return whether a study's sample sizes have different truths.

    Parameters
    ----------
    values : mapping
        A study's fields.
    """
    return leaves(values) and bool(values["moving_power"] > 0.0)


def atoms_of_truth(values: Mapping[str, Any]) -> int:
    """Return how many atoms the truth of a sample size has, those of the limit and what is added.

    Parameters
    ----------
    values : mapping
        A study's fields.
    """
    move = move_of(values)
    added = move.added if move is not None and leaves(values) else 0
    return int(values["true_atoms"] + added)


def step(values: Mapping[str, Any], n: int) -> float:
    """Return t_n, how far the truth of a sample size has left its limit.

    Parameters
    ----------
    values : mapping
        A study's fields.
    n : int
        Sample size.
    """
    return float(values["moving_scale"] * float(n) ** -values["moving_power"])


def moved(
    values: Mapping[str, Any], truth: Tensor, layout: Layout, n: int
) -> tuple[Tensor, Layout]:
    """Return the truth of a sample size and its layout.

    Parameters
    ----------
    values : mapping
        A study's fields.
    truth : Tensor, shape (P*,)
        The limit.
    layout : Layout
        Of the limit.
    n : int
        Sample size.

    Returns
    -------
    Tensor, Layout
        Those of the limit where the truth stands still, or has arrived (t = 0).
    """
    move = move_of(values)
    t = 0.0 if move is None else step(values, n)
    if move is None or t == 0.0:
        return truth, layout
    atoms = move.at(truth.reshape(layout.atoms, -1).numpy(), layout, t)
    return truth.new_tensor(atoms).flatten(), layout.of(len(atoms))


def check_moving(values: Mapping[str, Any], fits: tuple[PlannedFit, ...]) -> None:
    """Refuse a moving truth that its models cannot have.

    Parameters
    ----------
    values : mapping
        A study's fields.
    fits : tuple of PlannedFit

    Raises
    ------
    SpecificationError
        If a model lacks what moves, if data come from another model than the fitted one, if a
        gate's weights do not sum to 1 or jump, if fewer atoms are fitted than the truth has, or if
        the truth of the smallest sample lies too far out.
    """
    move = move_of(values)
    if move is None:
        return
    said = f"for a truth that moves as '{move.name}'"
    for fit in fits:
        _check_model(move, fit.source, values, said)
        if fit.misspecified:
            raise SpecificationError(
                f"Expected data of the fitted model {said}, but they come from another one; set "
                "data_router and data_gate to 'own'."
            )
    most = atoms_of_truth(values)
    if values["atoms"] < most:
        raise SpecificationError(
            f"Expected at least {most} fitted experts {said}, which has {move.added} more than its "
            f"limit, but got {values['atoms']}; raise atoms."
        )
    first = step(values, values["sizes"][0])
    if not first < move.below:
        raise SpecificationError(
            f"Expected t = moving_scale * n^(-moving_power) below {move.below:g} {said}, but it is "
            f"{first:.3g} at n = {values['sizes'][0]}; take a smaller moving_scale."
        )


def _check_model(move: Move, source: Mixture, values: Mapping[str, Any], said: str) -> None:
    missing = move.lacks(source, values)
    if not missing and move.summed and not source.gate.normalised:
        missing = "a gate whose weights sum to 1"
    if not missing and source.jumps(values["true_atoms"] + move.added):
        missing = "a gate that keeps every expert"
    if missing:
        raise SpecificationError(
            f"Expected {missing} {said}; choose other parts of the model, or another sequence."
        )
