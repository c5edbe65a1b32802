"""Every claim of the four papers that the checker decides, under its id."""

from moeviz.symbolic.catalogue import (
    attention,
    compete,
    compete_proof,
    compete_schedule,
    cosine,
    cosine_bounds,
    multinomial,
    multinomial_huge,
    multinomial_proof,
    multinomial_unique,
    sigmoid,
    sigmoid_best,
    sigmoid_bounds,
    sigmoid_experts,
    sigmoid_first,
    sigmoid_sparse,
    sigmoid_splits,
)
from moeviz.symbolic.questions.claims import Catalogue

CATALOGUE = Catalogue()
"""All claims, in the order of the papers."""

for _part in (
    sigmoid,
    sigmoid_experts,
    sigmoid_bounds,
    attention,
    sigmoid_first,
    sigmoid_sparse,
    sigmoid_splits,
    sigmoid_best,
    cosine,
    cosine_bounds,
    multinomial,
    multinomial_unique,
    multinomial_proof,
    multinomial_huge,
    compete,
    compete_proof,
    compete_schedule,
):
    CATALOGUE.add(*_part.claims())

__all__ = ["CATALOGUE"]
