"""Derivatives of formulas, and vectors written out in their entries."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from moeviz.errors import FormulaError
from moeviz.model.formula.build import ONE, ZERO, add, call, minus, multiply, number, raised
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Symbol, Tree


def differentiate(tree: Tree, name: str) -> Tree:
    """Return the derivative of a formula by one of its symbols.

    Parameters
    ----------
    tree : Tree
        Without norm and dot; see :func:`spelled_out`.
    name : str

    Notes
    -----
    The slope of relu at 0 is taken to be 0, and so is that of abs. Derivatives may call functions
    that formulas may not: ``sign``, ``step``, ``normal_cdf`` and ``normal_density``.

    Raises
    ------
    FormulaError
        If numbers in the derivative get too many digits.
    """
    if name not in tree.names:
        return ZERO
    if isinstance(tree, Symbol):
        return ONE
    if isinstance(tree, Sum):
        return add(*(differentiate(term, name) for term in tree.terms))
    if isinstance(tree, Product):
        return add(
            *(
                multiply(*tree.factors[:i], differentiate(factor, name), *tree.factors[i + 1 :])
                for i, factor in enumerate(tree.factors)
                if name in factor.names
            )
        )
    if isinstance(tree, Power):
        outer = multiply(number(tree.exponent), raised(tree.base, tree.exponent - 1))
        return multiply(outer, differentiate(tree.base, name))
    if isinstance(tree, Call) and tree.function in _SLOPE:
        (inner,) = tree.arguments
        return multiply(_SLOPE[tree.function](inner, tree), differentiate(inner, name))
    raise FormulaError(
        f"Expected a formula of numbers to differentiate, but got '{str(tree)[:40]}'; spell its "
        "vectors out first."
    )


_SLOPE: dict[str, Callable[[Tree, Tree], Tree]] = {
    "exp": lambda z, f: f,
    "log": lambda z, f: raised(z, -1),
    "sqrt": lambda z, f: multiply(number(Fraction(1, 2)), raised(f, -1)),
    "abs": lambda z, f: call("sign", z),
    "sin": lambda z, f: call("cos", z),
    "cos": lambda z, f: minus(call("sin", z)),
    "tanh": lambda z, f: add(minus(raised(f, 2)), ONE),
    "sigmoid": lambda z, f: multiply(f, add(minus(f), ONE)),
    "softplus": lambda z, f: call("sigmoid", z),
    "relu": lambda z, f: call("step", z),
    "gelu": lambda z, f: add(call("normal_cdf", z), multiply(z, call("normal_density", z))),
    "sign": lambda z, f: ZERO,
    "step": lambda z, f: ZERO,
    "normal_cdf": lambda z, f: call("normal_density", z),
    "normal_density": lambda z, f: minus(multiply(z, f)),
}
"""Each function's derivative, from its argument and its own value."""


def spelled_out(tree: Tree, dimension: int, gates: int | None = None) -> Tree:
    """Return a formula with norm and dot written out in their vectors' entries.

    Parameters
    ----------
    tree : Tree
    dimension : int
        D, the length of x.
    gates : int, optional
        The length of b; by default what :func:`gate_width` says.
    """
    gates = gate_width(tree, dimension) if gates is None else gates
    if isinstance(tree, (Number, Symbol)):
        return tree
    if isinstance(tree, Call) and tree.function == "dot":
        pairs = range(1, dimension + 1)
        return add(*(multiply(Symbol(f"b{i}"), Symbol(f"x{i}")) for i in pairs))
    if isinstance(tree, Call) and tree.function == "norm":
        vector = str(tree.arguments[0])
        length = dimension if vector == "x" else gates
        squares = (raised(Symbol(f"{vector}{i}"), 2) for i in range(1, length + 1))
        return call("sqrt", add(*squares))
    return rebuilt(tree, lambda child: spelled_out(child, dimension, gates))


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """Return a sum, product, power or call with each tree right below it changed."""
    if isinstance(tree, Sum):
        return add(*map(change, tree.terms))
    if isinstance(tree, Product):
        return multiply(*map(change, tree.factors))
    if isinstance(tree, Power):
        return raised(change(tree.base), tree.exponent)
    if isinstance(tree, Call):
        return call(tree.function, *map(change, tree.arguments))
    return tree


def gate_width(tree: Tree, dimension: int) -> int:
    """Return how many gate parameters a score formula has over D = `dimension` inputs.

    Raises
    ------
    FormulaError
        If it names more inputs, or besides dot(b,x) more gate parameters, than there are inputs.
    """
    inputs = _largest(tree, "x")
    if inputs > dimension:
        raise FormulaError(
            f"Expected at least {inputs} inputs for a score that uses x{inputs}, but there are "
            f"{dimension}; raise the input dimension or take out x{inputs}."
        )
    gates = _largest(tree, "b")
    if not _calls(tree, "dot"):
        # norm(b) alone is as long as the b's that the formula names, or else as x.
        return gates or dimension
    if gates > dimension:
        raise FormulaError(
            f"Expected at most {dimension} gate parameters beside dot(b,x), because there are "
            f"{dimension} inputs, but got b{gates}; take out b{gates}."
        )
    return dimension


def _largest(tree: Tree, letter: str) -> int:
    numbers = (name[1:] for name in tree.names if name.startswith(letter))
    return max((int(digits) for digits in numbers if digits), default=0)


def _calls(tree: Tree, function: str) -> bool:
    own = isinstance(tree, Call) and tree.function == function
    return own or any(_calls(child, function) for child in tree.children)
