"""Action of the matrix exponential: Y = exp(A) B, for A of shape (..., n, n) and B of shape (..., n, k).

Domain: every matrix. Where values cannot be inspected, as in a traced JAX function, at most `max_steps` steps
are taken, one for each 3.5 of the norm (5 in single precision). There a matrix that needs more steps gives
NaN, for that matrix only.

exp(A) is not formed. Each of s steps multiplies by a Taylor polynomial of A / s; each matrix of a batch has
its own s. Every product is one of A with a matrix of the shape of B. The tangent takes the same steps with
pairs (Y, Y_dot), and the cotangent takes them backwards with A^H. Both keep only A and B.

Sources: A. H. Al-Mohy and N. J. Higham, "Computing the action of the matrix exponential, with an application
to exponential integrators" (2011), SIAM J. Sci. Comput. 33, 488-511: algorithm 3.2, with the shift of section
3.1 and equation 3.6 for the norms of powers. These norms are bounded here, and not estimated.

Spec: rules/expm_multiply.md
"""

import numbers
from typing import Any, NamedTuple

from .._backends import primitives
from .._matrix import adjoint, broadcast_shapes, choose, conj, diagonal, eye, peek, promote
from .._namespaces import Array, Namespace, device, namespace
from .._params import Param
from .._rule import Rule

__all__ = ["EXPM_MULTIPLY", "expm_multiply_jvp", "expm_multiply_vjp"]

MAX_STEPS = 30
DEGREE = 30
# Up to this norm the polynomial is exact to rounding, and cancellation loses at most three digits.
LARGEST = {64: 3.5, 32: 5.0}
POWER = 6  # the norms of X^6 and X^7 bound the rest of the series: equation 3.6 needs 6 * 5 <= DEGREE


class Steps(NamedTuple):
    """exp(A) as a product: exp(mean / s) times the polynomial of X = (A - mean) / s, s times."""

    X: Array
    growth: Array
    share: Array  # 1 / s
    own: Array  # s of each matrix, of shape (..., 1, 1) like the two above
    run: int  # the largest s, or a bound on it


def expm_multiply(
    A: Array, B: Array, *, max_steps: int = MAX_STEPS, xp: Namespace | None = None
) -> tuple[Array]:
    """Y, in a 1-tuple."""
    xp = namespace(xp, A, B)
    A, B = promote(A, B, xp=xp)
    return (_applied(_steps(A, max_steps, xp), B, xp),)


def _steps(A: Array, max_steps: int, xp: Namespace) -> Steps:
    """The steps of each matrix."""
    n, largest = A.shape[-1], LARGEST[xp.finfo(A.dtype).bits]
    mean = xp.sum(diagonal(A, xp), axis=-1)[..., None, None] / max(n, 1)
    X = A - mean * eye(n, n, A, xp)
    own = xp.ceil(_size(X, largest, xp) / largest)
    own = xp.where(own > 1, own, 1.0)
    most = peek(own, xp)
    run = max_steps if most is None else max(1, int(most))  # at least 1: an empty batch has no largest s
    share = xp.where(own <= run, 1 / own, float("nan"))
    return Steps(X * share, xp.exp(mean * share), share, own, run)


def _size(X: Array, enough: float, xp: Namespace) -> Array:
    """For each X its norm, or a bound on the roots of the norms of its powers; 0 where not finite."""
    entries = xp.abs(X)
    sums = xp.sum(entries, axis=-1, keepdims=True)
    if X.shape[-1] == 0:
        return xp.sum(sums, axis=-2, keepdims=True)
    norm = xp.max(sums, axis=-2, keepdims=True)
    largest = peek(norm, xp)
    if largest is not None and largest <= enough:
        return norm
    # The row sums of |X|^p bound the norm of X^p, and take only products with a vector.
    scale, least = xp.where(norm > 0, norm, 1.0), float(xp.finfo(X.dtype).smallest_normal)
    entries, sums, size = entries / scale, sums / scale, xp.zeros_like(norm)
    for p in range(2, POWER + 2):
        sums = entries @ sums
        if p >= POWER:
            power = xp.max(sums, axis=-2, keepdims=True)
            root = norm * xp.where(power > least, power, least) ** (1 / p)
            size = xp.where(root > size, root, size)
    return xp.where(size < float("inf"), size, 0.0)


def _applied(steps: Steps, B: Array, xp: Namespace) -> Array:
    """exp(A) B."""

    def step(Y: Array) -> tuple[Array]:
        return (_advanced(steps, Y, xp),)

    return _repeated(steps, step, step(_spread(steps, B, xp)), xp)[0][0]


def _spread(steps: Steps, Y: Array, xp: Namespace) -> Array:
    """Y broadcast to the batch that the terms have: in a loop, an array must keep its shape."""
    return xp.broadcast_to(Y, (*broadcast_shapes(steps.X.shape[:-2], Y.shape[:-2]), *Y.shape[-2:]))


def _advanced(steps: Steps, Y: Array, xp: Namespace) -> Array:
    """Y after one step."""

    def term(j: Any, pair: tuple[Array, Array], _: Any) -> Any:
        last = (steps.X @ pair[0]) / (j + 1)
        return (last, pair[1] + last), ()

    return steps.growth * primitives(xp).scan(term, (Y, Y), DEGREE, xp=xp)[0][1]


def _repeated(
    steps: Steps,
    step: Any,
    arrays: tuple[Array, ...],
    xp: Namespace,
    starts: tuple[Array, ...] = (),
    *,
    reverse: bool = False,
    record: bool = False,
) -> Any:
    """The arrays after step(*arrays, *start), taken for each step of a matrix except its first one.

    With `record`, also the arrays after each step. A compiled program may contain more steps than needed, and
    skips those that no matrix takes.
    """

    def further(i: Any, arrays: tuple[Array, ...], start: tuple[Array, ...]) -> Any:
        def take(*arrays: Array) -> tuple[Array, ...]:
            moved = zip(step(*arrays, *start), arrays, strict=True)
            return tuple(xp.where(steps.own > i + 1, new, old) for new, old in moved)

        idle = xp.all(steps.own <= i + 1)
        arrays = choose(idle, lambda *same: same, take, *arrays, xp=xp)
        return arrays, arrays if record else ()

    return primitives(xp).scan(further, arrays, steps.run - 1, starts, reverse=reverse, xp=xp)


def expm_multiply_vjp(
    A: Array, B: Array, Y_bar: Array | None, *, max_steps: int = MAX_STEPS, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of Y = exp(A) B.

        B_bar = exp(A^H) Y_bar,  A_bar = int_0^1 exp(t A^H) Y_bar (exp((1 - t) A) B)^H dt

    Each step from Y to growth (Y + X Y + X^2 Y / 2 + ...) is taken backwards. The outer products that add up
    to A_bar are one matrix product per step: the terms are the columns of its two factors.

    Parameters
    ----------
    A, B : array of shape (..., n, n) and (..., n, k)
    Y_bar : array of shape (..., n, k) or None
    max_steps : int
        The most steps where values cannot be inspected; a matrix that needs more gives NaN.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., n, n) and (..., n, k)
        With the batch axes of Y. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> A, B = np.asarray([[0.0, 1.0], [0.0, 0.0]]), np.asarray([[0.0], [1.0]])
    >>> A_bar, B_bar = expm_multiply_vjp(A, B, np.asarray([[2.0], [0.0]]))
    >>> A_bar.round(6).tolist(), B_bar.tolist()
    ([[1.0, 2.0], [0.333333, 1.0]], [[2.0], [2.0]])
    """
    if Y_bar is None:
        return None, None
    xp = namespace(xp, A, B, Y_bar)
    A, B = promote(A, B, xp=xp)
    steps = _steps(A, max_steps, xp)
    Xh, growth = adjoint(steps.X, xp), conj(steps.growth, xp)

    def forth(Y: Array) -> tuple[Array]:
        return (_advanced(steps, Y, xp),)

    def back(bar: Array, X_bar: Array, Y: Array) -> tuple[Array, Array]:
        """The cotangent of the Y that a step starts from, and X_bar with the contribution of the step."""

        def term(j: Any, last: tuple[Array], _: Any) -> Any:
            return ((steps.X @ last[0]) / (j + 1),), last

        def term_bar(j: Any, last: tuple[Array], _: Any) -> Any:
            part = last[0] / (j + 1)
            return (bar + Xh @ part,), (part,)

        bar = growth * bar
        _, (terms,) = primitives(xp).scan(term, (Y,), DEGREE, xp=xp)
        (before,), (parts,) = primitives(xp).scan(term_bar, (bar,), DEGREE, reverse=True, xp=xp)
        return before, X_bar + _columns(parts, xp) @ adjoint(_columns(terms, xp), xp)

    B = xp.broadcast_to(B, Y_bar.shape)
    X_bar = xp.zeros((*Y_bar.shape[:-2], *A.shape[-2:]), dtype=A.dtype, device=device(A))
    if steps.run > 1:
        _, starts = _repeated(steps, forth, (B,), xp, record=True)  # where later steps start
        (Y_bar, X_bar), _ = _repeated(steps, back, (Y_bar, X_bar), xp, starts, reverse=True)
    B_bar, X_bar = back(Y_bar, X_bar, B)
    return X_bar * steps.share, B_bar


def _columns(terms: Array, xp: Namespace) -> Array:
    """The columns of all m terms side by side, of shape (..., n, m k)."""
    last = len(terms.shape) - 1
    wide = xp.permute_dims(terms, (*range(1, last), 0, last))
    return xp.reshape(wide, (*wide.shape[:-2], wide.shape[-2] * wide.shape[-1]))


def expm_multiply_jvp(
    A: Array,
    B: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    max_steps: int = MAX_STEPS,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of Y = exp(A) B.

        Y_dot = exp(A) B_dot + int_0^1 exp((1 - t) A) A_dot exp(t A) B dt

    Parameters
    ----------
    A, B : array of shape (..., n, n) and (..., n, k)
    A_dot, B_dot : array of shape (..., n, n) and (..., n, k), or None
        Tangents.
    max_steps : int
        As in `expm_multiply_vjp`.
    xp : namespace, optional

    Returns
    -------
    Y_dot : array of shape (..., n, k)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> A, B = np.asarray([[0.0, 1.0], [0.0, 0.0]]), np.asarray([[0.0], [1.0]])
    >>> expm_multiply_jvp(A, B, np.eye(2), None)[0].tolist()
    [[1.0], [1.0]]
    """
    xp = namespace(xp, A, B)
    A, B = promote(A, B, xp=xp)
    steps = _steps(A, max_steps, xp)
    B_dot = None if B_dot is None else promote(B_dot, B, xp=xp)[0]
    if A_dot is None:
        return (None if B_dot is None else _applied(steps, B_dot, xp),)
    X_dot = promote(A_dot, A, xp=xp)[0] * steps.share

    def step(Y: Array, Y_dot: Array) -> tuple[Array, Array]:
        def term(j: Any, at: tuple[Array, ...], _: Any) -> Any:
            last, dot, total, total_dot = at
            last, dot = (steps.X @ last) / (j + 1), (X_dot @ last + steps.X @ dot) / (j + 1)
            return (last, dot, total + last, total_dot + dot), ()

        (_, _, Y, Y_dot), _ = primitives(xp).scan(term, (Y, Y_dot, Y, Y_dot), DEGREE, xp=xp)
        return steps.growth * Y, steps.growth * Y_dot

    Y = _spread(steps, B, xp)
    first = step(Y, xp.zeros_like(Y) if B_dot is None else _spread(steps, B_dot, xp))
    return (_repeated(steps, step, first, xp)[0][1],)


EXPM_MULTIPLY = Rule(
    "expm_multiply",
    "(n,n),(n,k)->(n,k)",
    inputs=("A", "B"),
    outputs=("Y",),
    saves=("A", "B"),
    op=expm_multiply,
    op_vjp=expm_multiply_vjp,
    op_jvp=expm_multiply_jvp,
    params={
        "max_steps": Param(
            MAX_STEPS,
            lambda value: isinstance(value, numbers.Integral) and int(value) > 0,
            "a positive integer",
            (5, 8),
        )
    },
    typical={"max_steps": 5},
    family="functions",
    domain="every matrix",
)
