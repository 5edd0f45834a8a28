"""Product of a chain of matrices, Y = A B1 B2 ..., multiplied in the cheapest order.

For A of shape (..., m, k), B1 of shape (..., k, k1) and so on; batch axes broadcast. The first factor may be
a row vector and the last one a column vector, of shape (k,).

Domain: every chain of matrices.

Gauge: none.

Sources: the product rule, along the tree of products: each product is a factor of exactly one other.

Spec: rules/multi_dot.md
"""

import functools

from .._cotangent import all_none, total
from .._matrix import adjoint, matmul
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule

__all__ = ["MULTI_DOT", "multi_dot_jvp", "multi_dot_vjp"]


def multi_dot(*factors: Array, xp: Namespace | None = None) -> tuple[Array]:
    """Y, in a 1-tuple; here all factors are matrices."""
    return multi_dot_fwd(*factors, xp=xp)[0]


def multi_dot_fwd(*factors: Array, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array, ...]]:
    """Y, and the intermediate products."""
    xp = namespace(xp, *factors)
    values = list(factors)
    for i, j in _steps(factors):
        values.append(matmul(values[i], values[j], xp))
    return (values[-1],), tuple(values[len(factors) : -1])


def multi_dot_vjp(*arguments: Array | None, xp: Namespace | None = None) -> tuple[Array | None, ...]:
    """Pullback of Y = A B1 B2 ...

    For each product P = L R: L_bar = P_bar R^H and R_bar = L^H P_bar.

    Parameters
    ----------
    *arguments : array
        The n factors, of shape (..., m, k), (..., k, k1) and so on, then the n - 2 intermediate products,
        then Y_bar, of the shape of Y, or None.
    xp : namespace, optional

    Returns
    -------
    tuple of array
        The cotangents of the factors, with the batch axes of Y. The caller sums over the axes that were
        broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> row, A, column = np.asarray([[1.0, 2.0]]), np.eye(2), np.asarray([[3.0], [4.0]])
    >>> _, parts = multi_dot_fwd(row, A, column)
    >>> multi_dot_vjp(row, A, column, *parts, np.ones((1, 1)))[1].tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    n = (len(arguments) + 1) // 2
    *values, Y_bar = arguments
    if Y_bar is None:
        return (None,) * n
    xp = namespace(xp, *values)
    bars = {2 * n - 2: Y_bar}
    for at, (i, j) in reversed(list(enumerate(_steps(values[:n]), start=n))):
        P_bar, left, right = bars[at], values[i], values[j]
        bars |= {i: matmul(P_bar, adjoint(right, xp), xp), j: matmul(adjoint(left, xp), P_bar, xp)}
    return tuple(bars[i] for i in range(n))


def multi_dot_jvp(*arguments: Array | None, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pushforward of Y = A B1 B2 ...

    For each product P = L R: P_dot = L_dot R + L R_dot.

    Parameters
    ----------
    *arguments : array
        The n factors, the n - 2 intermediate products, and the n tangents of the factors, or None.
    xp : namespace, optional

    Returns
    -------
    Y_dot : array of shape (..., m, p)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> row, A, column = np.asarray([[1.0, 2.0]]), np.eye(2), np.asarray([[3.0], [4.0]])
    >>> _, parts = multi_dot_fwd(row, A, column)
    >>> multi_dot_jvp(row, A, column, *parts, None, A, None)[0].tolist()
    [[11.0]]
    """
    n = (len(arguments) + 2) // 3
    values, dots = arguments[: 2 * n - 2], list(arguments[2 * n - 2 :])
    if all_none(*dots):
        return (None,)
    xp = namespace(xp, *values)
    for i, j in _steps(values[:n]):
        left, right = dots[i], dots[j]
        left = None if left is None else matmul(left, values[j], xp)
        right = None if right is None else matmul(values[i], right, xp)
        dots.append(total(left, right))
    return (dots[-1],)


def _steps(factors: tuple[Array, ...] | list[Array]) -> tuple[tuple[int, int], ...]:
    sizes = (factors[0].shape[-2], *[x.shape[-1] for x in factors])
    if all(type(size) is int for size in sizes):
        return _cheapest(sizes)
    n = len(factors)  # symbolic sizes cannot be compared: multiply from left to right
    return ((0, 1), *[(n + i, i + 2) for i in range(n - 2)])


@functools.cache
def _cheapest(sizes: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """The pairs to multiply. The factors are numbered 0 to n - 1, and each product takes the next number."""
    n = len(sizes) - 1
    cost = {(i, i + 1): 0 for i in range(n)}
    split: dict[tuple[int, int], int] = {}
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length
            least, at = min(
                (cost[i, k] + cost[k, j] + sizes[i] * sizes[k] * sizes[j], k) for k in range(i + 1, j)
            )
            cost |= {(i, j): least}
            split |= {(i, j): at}
    steps: list[tuple[int, int]] = []

    def number(i: int, j: int) -> int:
        """The number of the product of the factors i to j - 1."""
        if j - i == 1:
            return i
        pair = number(i, split[i, j]), number(split[i, j], j)
        steps.append(pair)
        return n + len(steps) - 1

    number(0, n)
    return tuple(steps)


MULTI_DOT = Rule(
    "multi_dot",
    "(m?,k),(k,n?)...->(m?,n?)",
    inputs=("A", "B"),
    outputs=("Y",),
    saves=("A", "B"),
    keeps=("A", "B", "P"),
    op=multi_dot,
    op_fwd=multi_dot_fwd,
    op_vjp=multi_dot_vjp,
    op_jvp=multi_dot_jvp,
    family="products",
    domain="every chain of matrices",
)
