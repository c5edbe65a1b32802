"""Functions that formulas use beside sympy's own: sigmoid, softplus, relu, gelu and the normal."""

from __future__ import annotations

import sympy

sigmoid = sympy.Function("sigmoid")
"""1 / (1 + e^-t)."""

softplus = sympy.Function("softplus")
"""log(1 + e^t)."""

relu = sympy.Function("relu")
"""max(t, 0)."""

gelu = sympy.Function("gelu")
"""t times the standard normal distribution function at t."""

normal_cdf = sympy.Function("normal_cdf")
"""The standard normal distribution function."""

log_abs = sympy.Function("log_abs")
"""log |t|."""
