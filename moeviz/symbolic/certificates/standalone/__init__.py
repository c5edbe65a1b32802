"""The parts of the script that reproduces certificates: they know sympy and mpmath, not moeviz.

:mod:`moeviz.symbolic.certificates.script` joins these modules into one file. They read formulas and
numbers from the certificate, differentiate with sympy and evaluate with mpmath, and share no code
with the engine that made the certificate.
"""
