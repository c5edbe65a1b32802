r"""Elementary functions of one number, made so that a loop over a row runs in vector instructions.

A library's exp is a call per number. These are straight lines of arithmetic without a branch: a
compiler that inlines them into a loop over a contiguous row computes several numbers at once, and
each gets the same bits wherever it lies in its row. They may only be called from compiled code.

The exponential splits :math:`x = k \ln 2 + r` with :math:`|r| \le \ln 2 / 2`, sums the series of
:math:`e^r` and puts k into the exponent's bits. The logarithm splits :math:`x = 2^k m` and sums
the series of the inverse hyperbolic tangent. The normal integral is
:math:`e^{-x^2} \operatorname{erfcx}(x)`, of which the last factor is a polynomial in
:math:`(x - 3) / (x + 3)`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

FAST = frozenset(("contract",))
"""Products and sums may be fused; nothing else may be rewritten, nor NaN or infinity ruled out."""

inlined = njit(fastmath=set(FAST), error_model="numpy", forceinline=True)

MAGIC = 1.5 * 2.0**52
"""Added to a number and taken away again, it leaves the nearest whole number."""

LOG2E = 1.0 / math.log(2.0)
LN2_HIGH = 0.6931471804855391
"""The leading 33 bits of ln 2: products with a whole exponent are exact."""
LN2_LOW = 7.440617110012397e-11
ROOT_HALF = math.sqrt(0.5)
INVERSE_ROOT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


def _bits_of(typing_context: Any, number: Any) -> Any:

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.uint64))

    return types.uint64(types.float64), generate


def _from_bits(typing_context: Any, bits: Any) -> Any:

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.uint64), generate


bits_of: Any = intrinsic(_bits_of)
"""Return the bits of a float64 as an uint64."""

from_bits: Any = intrinsic(_from_bits)
"""Return the float64 that has these bits, given as an uint64."""


@inlined
def _series(r: float) -> float:
    """Return e^r - 1 for |r| <= ln 2 / 2; what is left out is below 4e-18 of r."""
    q = 1.6059043836821613e-10
    q = q * r + 2.08767569878681e-09
    q = q * r + 2.505210838544172e-08
    q = q * r + 2.755731922398589e-07
    q = q * r + 2.7557319223985893e-06
    q = q * r + 2.48015873015873e-05
    q = q * r + 0.0001984126984126984
    q = q * r + 0.001388888888888889
    q = q * r + 0.008333333333333333
    q = q * r + 0.041666666666666664
    q = q * r + 0.16666666666666666
    q = q * r + 0.5
    return r + (r * r) * q


@inlined
def _magic_split(x: float) -> tuple[float, float]:
    """Return the whole number nearest to x / ln 2, plus :data:`MAGIC`, and what is left of x."""
    lifted = x * LOG2E + MAGIC
    whole = lifted - MAGIC
    return lifted, (x - whole * LN2_HIGH) - whole * LN2_LOW


@inlined
def exp(x: float) -> float:
    """Return e^x, to about 1 unit in the last place also where it is subnormal."""
    x = 720.0 if x > 720.0 else x
    x = -760.0 if x < -760.0 else x
    lifted, r = _magic_split(x)
    # 2^k is a product of two powers, each of which is a normal number.
    raised = bits_of(lifted) - bits_of(MAGIC) + np.uint64(4096)
    half = raised >> np.uint64(1)
    first = from_bits((half - np.uint64(1025)) << np.uint64(52))
    second = from_bits((raised - half - np.uint64(1025)) << np.uint64(52))
    return ((1.0 + _series(r)) * first) * second


@inlined
def exp_down(x: float) -> float:
    """Return e^x for x <= 0; 0 where that is below the normal numbers."""
    below = x < -708.0
    lifted, r = _magic_split(-708.0 if below else x)
    scale = from_bits((bits_of(lifted) - bits_of(MAGIC) + np.uint64(1023)) << np.uint64(52))
    return 0.0 if below else (1.0 + _series(r)) * scale


@inlined
def _expm1_down(x: float) -> float:
    """Return e^x - 1 for x <= 0."""
    lifted, r = _magic_split(-50.0 if x < -50.0 else x)
    scale = from_bits((bits_of(lifted) - bits_of(MAGIC) + np.uint64(1023)) << np.uint64(52))
    return scale * _series(r) + (scale - 1.0)


@inlined
def log(x: float) -> float:
    """Return the natural logarithm: -inf at 0, NaN below, to about 1 unit in the last place."""
    small = x < 2.2250738585072014e-308
    y = x * 18014398509481984.0 if small else x
    # The mantissa is taken between the roots of 1/2 and 2.
    bits = bits_of(y) - bits_of(ROOT_HALF)
    raised = (bits >> np.uint64(52)) + np.uint64(4096)
    raised = raised & np.uint64(4095)
    m = from_bits((bits & np.uint64(4503599627370495)) + bits_of(ROOT_HALF))
    whole = from_bits(bits_of(MAGIC) + ((raised + np.uint64(2048)) & np.uint64(4095)))
    k = whole - (MAGIC + 2048.0) - (54.0 if small else 0.0)
    g = m - 1.0
    t = g / (2.0 + g)
    s = t * t
    p = 2.0 / 21.0
    p = p * s + 2.0 / 19.0
    p = p * s + 2.0 / 17.0
    p = p * s + 2.0 / 15.0
    p = p * s + 2.0 / 13.0
    p = p * s + 2.0 / 11.0
    p = p * s + 2.0 / 9.0
    p = p * s + 2.0 / 7.0
    p = p * s + 2.0 / 5.0
    p = p * s + 2.0 / 3.0
    square = 0.5 * g * g
    value = k * LN2_HIGH - ((square - (t * (square + s * p) + k * LN2_LOW)) - g)
    value = -math.inf if x == 0.0 else value
    value = x if x == math.inf else value
    return value if x >= 0.0 else math.nan


@inlined
def log1p_unit(u: float) -> float:
    """Return log(1 + u) for 0 <= u <= 1."""
    w = 1.0 + u
    return log(w) + (u - (w - 1.0)) / w


@inlined
def tanh(x: float) -> float:
    """Return the hyperbolic tangent, to about 2 units in the last place."""
    e = _expm1_down(-2.0 * abs(x))
    value = (0.0 - e) / (2.0 + e)
    return -value if x < 0.0 else value


@inlined
def sigmoid(x: float) -> float:
    """Return 1 / (1 + e^-x)."""
    e = exp_down(-abs(x))
    return (e if x < 0.0 else 1.0) / (1.0 + e)


@inlined
def softplus(x: float) -> float:
    """Return log(1 + e^x)."""
    return log1p_unit(exp_down(-abs(x))) + (0.0 if x < 0.0 else x)


@inlined
def _erfcx(x: float) -> float:
    """Return e^(x^2) erfc(x) for x >= 0, to about 1e-17."""
    u = 1.0 - 6.0 / (x + 3.0)
    p = -1.0219012510604546e-10
    p = p * u + 1.27176821640688e-10
    p = p * u + 1.252193556228664e-09
    p = p * u - 8.14925775406594e-10
    p = p * u - 8.605536997811744e-09
    p = p * u + 1.0572758036280663e-10
    p = p * u + 4.6518468708556325e-08
    p = p * u + 2.977875717141242e-08
    p = p * u - 2.3433452755368e-07
    p = p * u - 2.9494738327899467e-07
    p = p * u + 1.2523230231192439e-06
    p = p * u + 2.120497143263692e-06
    p = p * u - 7.978071289340513e-06
    p = p * u - 1.2860647857383858e-05
    p = p * u + 6.405654220809724e-05
    p = p * u + 4.525532832200974e-05
    p = p * u - 0.0005970619467504678
    p = p * u + 0.0007077464352844613
    p = p * u + 0.004269136332695935
    p = p * u - 0.024392499318422547
    p = p * u + 0.07166583719798435
    p = p * u - 0.15011593650078517
    p = p * u + 0.24560380171233076
    p = p * u - 0.32623356004303716
    p = p * u + 0.17900115118138996
    return p


@inlined
def normal_cdf(x: float) -> float:
    """Return the normal integral from -inf to x, to about 1e-16, and 1e-14 of it in the tail."""
    tail = 0.5 * exp_down(-0.5 * x * x) * _erfcx(abs(x) * ROOT_HALF)
    return tail if x < 0.0 else 1.0 - tail


@inlined
def normal_density(x: float) -> float:
    """Return the normal density."""
    return exp_down(-0.5 * x * x) * INVERSE_ROOT_2PI
