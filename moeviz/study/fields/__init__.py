"""The fields of a study: a module for each group, and the table of them all.

A page builds its form from these, the command line its ``--set``, and a link its parameters.
"""

from moeviz.study.fields.data import DATA
from moeviz.study.fields.fits import FITS
from moeviz.study.fields.model import MODEL
from moeviz.study.fields.reading import BESIDE, EVERY, PAPER
from moeviz.study.fields.table import FIELDS
from moeviz.study.fields.truth import OWN, TRUTH

__all__ = ["BESIDE", "DATA", "EVERY", "FIELDS", "FITS", "MODEL", "OWN", "PAPER", "TRUTH"]
