"""moeviz: a laboratory for gating theory.

The floors, from the ground up: :mod:`moeviz.model`, :mod:`moeviz.theory`,
:mod:`moeviz.estimate`, :mod:`moeviz.study`, :mod:`moeviz.engine`, :mod:`moeviz.charts`,
:mod:`moeviz.ui`. Imports point down only.
"""

__version__ = "0.1.0"
