"""Every claim of the four papers that the checker decides, under its id."""

from moeviz.symbolic.catalogue import compete, cosine, multinomial, sigmoid
from moeviz.symbolic.claims import Catalogue

CATALOGUE = Catalogue()
"""All claims, in the order of the papers."""

for _paper in (sigmoid, cosine, multinomial, compete):
    CATALOGUE.add(*_paper.claims())

__all__ = ["CATALOGUE"]
