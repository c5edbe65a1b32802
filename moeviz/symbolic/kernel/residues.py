"""Values of basics modulo a prime at random places, which keep the relations between them."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from weakref import WeakKeyDictionary

import flint
import numpy as np

from moeviz.symbolic.kernel.angles import turns_of
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.polynomial import Polynomial
from moeviz.symbolic.kernel.table import Table
from moeviz.symbolic.kernel.tower import Kind
from moeviz.symbolic.kernel.watch import pause

SMOOTH = 8 * math.prod(n for n in range(3, 300) if all(n % d for d in range(2, n)))
"""Eight times all odd primes below 300."""

PRIMES = tuple(
    (839718373915084110195951539720331437 - less) * SMOOTH - 1
    for less in (0, 46, 63, 86, 113, 199, 205, 251)
)
"""Primes of 521 bits; rationals of up to 259 bits come back from their residues.

Each is -1 modulo 8 and modulo every odd prime below 300. So these small primes are squares modulo
it, by quadratic reciprocity, and every square has exactly one square n-th root for each n that is a
product of them: roots of rational numbers keep their relations. A larger prime is a square modulo
one of two; that is why there are several.
"""

PRIME = PRIMES[0]

MOST_DRAWS = 400
"""Draws of random residues until all square roots exist; each root halves the odds."""


Whole = int | flint.fmpz
"""A whole number, of either kind."""

DRAWN, USED = 68, 66
"""Bytes that are drawn for a residue, a whole number of words, and those that make it."""


class NoRootError(Exception):
    """What must be a square is none; draw again."""


class NoPrimeRootError(NoRootError):
    """A number must be a square and is none modulo this prime; take another one."""


class Residues:
    """Random values of all basics modulo the prime, which keep the relations between them.

    Exponentials, logarithms and distribution functions of independent arguments get independent
    values; roots, inverses, powers of numbers and circle functions get values that fit.

    Parameters
    ----------
    ground : Ground
    rng : numpy.random.Generator
    prime : int
        One of :data:`PRIMES`.

    Raises
    ------
    NoRootError
        If a square root does not exist.
    """

    def __init__(self, ground: Ground, rng: np.random.Generator, prime: int = PRIME) -> None:
        self.prime = prime
        self._modulus = flint.fmpz(prime)
        self.values: list[flint.fmpz] = []
        self._turns: dict[int, Turn] = {}
        self._powers: dict[tuple[int, Fraction | int], flint.fmpz] = {}
        self._scales = ground.scales
        self._rng = rng
        self._drawn: list[int] = []
        for index, (kind, number, ahead) in enumerate(_plan(ground)):
            self._ahead = ahead
            if number is not None:
                try:
                    value = _root_of_number(number, ground.scales[index], prime)
                except NoRootError:
                    raise NoPrimeRootError from None
            elif kind is Kind.ROOT:
                value = root_of(self.polynomial(ground.argument(index)), 2, prime)
            elif kind is Kind.INVERSE:
                value = _power(self.polynomial(ground.argument(index)), -1, prime)
            elif kind is Kind.SIN or kind is Kind.COS:
                value = self._on_circle(turns_of(ground)[index])[kind is Kind.SIN]
            else:
                value = self._random()
            self.values.append(value)

    def polynomial(self, p: Polynomial) -> flint.fmpz:
        """Return a polynomial's value."""
        pause()
        total = flint.fmpz(0)
        for monomial, coefficient in p.items():
            term = coefficient.p
            if coefficient.q != 1:
                term *= _inverse(int(coefficient.q), self.prime)
            for power in monomial:
                term = term * self._power(power) % self._modulus
            total += term
        return total % self._modulus

    def rows(self, table: Table) -> list[flint.fmpz]:
        """Return the values of a table's polynomials."""
        pause()
        prime = self._modulus
        powers = [self._power(power) for power in table.powers]
        products = [flint.fmpz(1)]
        for before, number in table.products[1:]:
            value = powers[number]
            products.append(products[before] * value % prime if before else value)
        # Python's own whole numbers are faster to add, the others to multiply.
        plain = [int(product) for product in products]
        found = []
        for row in table.rows:
            total = flint.fmpz(sum([c * plain[number] for number, c in row.terms]))
            if row.below != 1:
                total *= _inverse(row.below, self.prime)
            found.append(total % prime)
        return found

    def _power(self, power: tuple[int, Fraction | int]) -> flint.fmpz:
        known = self._powers.get(power)
        if known is None:
            index, exponent = power
            times = (exponent * self._scales.get(index, 1)).numerator
            known = value = self.values[index]
            if times == 2:
                known = value * value % self._modulus
            elif times != 1:
                known = _power(value, times, self.prime)
            self._powers[power] = known
        return known

    def _random(self) -> flint.fmpz:
        """Return a random residue; what is surely needed is drawn at once, in the same order."""
        if not self._drawn:
            many = self._rng.bytes(DRAWN * max(1, self._ahead))
            self._drawn = [
                int.from_bytes(many[at : at + USED], "big") for at in range(0, len(many), DRAWN)
            ][::-1]
        return flint.fmpz(self._drawn.pop() % (self.prime - 1) + 1)

    def _on_circle(self, turns: tuple[int, ...]) -> Turn:
        """Return cosine and sine of a whole combination of independent angles."""
        total = START
        for number, times in enumerate(turns):
            if number not in self._turns:
                t = self._random()
                below = _power(1 + t * t, -1, self.prime)
                self._turns[number] = ((1 - t * t) * below % self.prime, 2 * t * below % self.prime)
            c, s = self._turns[number]
            total = _turned(
                total, _repeated((c, s if times > 0 else -s), abs(times), self.prime), self.prime
            )
        return total


Plan = list[tuple[Kind, int | None, int]]
"""For each basic its kind, the number whose powers it is, and how many residues are drawn ahead."""

_PLANS: WeakKeyDictionary[Ground, Plan] = WeakKeyDictionary()


def _plan(ground: Ground) -> Plan:
    """Return what residues must know of each basic.

    Ahead are drawn those residues that are surely needed from there on before a root may be
    missing. Where one is, everything is drawn again from where the generator of random numbers
    stands.
    """
    known = _PLANS.get(ground)
    if known is not None and len(known) == len(ground.basics):
        return known
    plan, count = [], 0
    for index in reversed(range(len(ground.basics))):
        kind = ground.basics[index].kind
        number = ground.prime_of(index) if kind is Kind.EXP else None
        if kind is Kind.ROOT or number is not None:
            count = 0
        elif kind not in (Kind.INVERSE, Kind.SIN, Kind.COS):
            count += 1
        plan.append((kind, number, count))
    plan.reverse()
    _PLANS[ground] = plan
    return plan


def _power(value: Whole, exponent: int, prime: int) -> flint.fmpz:
    """Return a power modulo a prime.

    Raises
    ------
    ValueError
        If it is a power of 0 with a negative exponent.
    """
    if exponent < 0 and not value % prime:
        raise ValueError("Expected a number that is not 0 modulo the prime, but got one that is.")
    return pow(flint.fmpz(value), exponent, prime)


@lru_cache(maxsize=256)
def _root_exponent(degree: int, prime: int) -> int:
    return pow(degree, -1, (prime - 1) // 2)


@lru_cache(maxsize=4096)
def _inverse(value: int, prime: int) -> flint.fmpz:
    return _power(value, -1, prime)


Turn = tuple[flint.fmpz, flint.fmpz]
"""A point of the circle: cosine and sine."""

START: Turn = flint.fmpz(1), flint.fmpz(0)


def _turned(a: Turn, b: Turn, prime: int) -> Turn:
    return (a[0] * b[0] - a[1] * b[1]) % prime, (a[0] * b[1] + a[1] * b[0]) % prime


def _repeated(turn: Turn, times: int, prime: int) -> Turn:
    total = START
    while times:
        if times % 2:
            total = _turned(total, turn, prime)
        turn, times = _turned(turn, turn, prime), times // 2
    return total


@lru_cache(maxsize=1024)
def _root_of_number(number: int, degree: int, prime: int) -> flint.fmpz:
    return root_of(number, degree, prime)


def root_of(value: Whole, degree: int, prime: int = PRIME) -> flint.fmpz:
    """Return the root of a square that is a square itself.

    Raises
    ------
    NoRootError
        If the value is no square, or the degree has a factor without such a root.
    """
    try:
        root = _power(value, _root_exponent(degree, prime), prime)
    except ValueError:
        raise NoRootError from None
    if pow(root, degree, prime) != value % prime:
        raise NoRootError
    return root


def residues(ground: Ground, rng: np.random.Generator, prime: int = PRIME) -> Residues:
    """Return random residues; those without roots are drawn again, up to a limit.

    Raises
    ------
    NoPrimeRootError
        If no draw had all its roots.
    """
    for _ in range(MOST_DRAWS):
        pause()
        try:
            return Residues(ground, rng, prime)
        except NoPrimeRootError:
            raise
        except (NoRootError, ValueError):
            continue
    raise NoPrimeRootError


def rational(residue: Whole, prime: int = PRIME) -> Fraction | None:
    """Return the rational number of small height with a residue; None if there is none."""
    bound = 1 << 259
    old, new = (prime, 0), (int(residue), 1)
    while new[0] > bound:
        q = old[0] // new[0]
        old, new = new, (old[0] - q * new[0], old[1] - q * new[1])
    if not new[1] or abs(new[1]) > bound:
        return None
    return Fraction(new[0], new[1])
