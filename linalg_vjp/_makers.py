"""Makers of rules without a page of algebra: linear, bilinear, Frechet and self-adjoint derivatives.

Each returns a `Rule`, and takes other fields of a `Rule` as keywords. The functions that you pass return one
array; the rule returns it in a tuple, as every rule does.
"""

from collections.abc import Callable
from typing import Any

from ._cotangent import total
from ._matrix import adjoint as conjugate_transpose
from ._namespaces import Array, Namespace, namespace
from ._rule import Rule

__all__ = ["bilinear", "frechet", "linear", "self_adjoint"]

Map = Callable[..., Array]


def linear(name: str, signature: str, *, op: Map, adjoint: Map, **record: Any) -> Rule:
    """Make the rule of a linear operation on one array.

    Parameters
    ----------
    name, signature : str
        As in `Rule`.
    op : callable
        ``op(A, xp, **params)`` returns the output. It is its own pushforward.
    adjoint : callable
        ``adjoint(Y_bar, A, xp, **params)``, with <adjoint(Y_bar), A_dot> = <Y_bar, op(A_dot)>. It may read
        only the shape and dtype of A.
    **record
        Other fields of `Rule`.

    Returns
    -------
    Rule

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import vjp
    >>> total = linear(
    ...     "total", "(n)->()",
    ...     op=lambda x, xp: xp.sum(x, axis=-1),
    ...     adjoint=lambda y_bar, x, xp: y_bar[..., None] * xp.ones(x.shape[-1:]),
    ... )
    >>> vjp(total, np.asarray([1.0, 2.0, 3.0]))[1](np.asarray(5.0))[0].tolist()
    [5.0, 5.0, 5.0]
    """

    def pullback(A: Any, Y_bar: Array | None, *, xp: Namespace | None = None, **params: Any) -> tuple[Any]:
        return (None if Y_bar is None else adjoint(Y_bar, A, xp=namespace(xp, Y_bar), **params),)

    def pushforward(A: Any, A_dot: Array | None, *, xp: Namespace | None = None, **params: Any) -> tuple[Any]:
        return (None if A_dot is None else op(A_dot, xp=namespace(xp, A_dot), **params),)

    inputs = record.pop("inputs", ("A",))
    record = {"outputs": ("Y",), "saves": inputs, "shapes": inputs, **record}
    return _made(name, signature, op, pullback, pushforward, adjoint, inputs=inputs, **record)


def bilinear(name: str, signature: str, *, op: Map, A_bar: Map, B_bar: Map, **record: Any) -> Rule:
    """Make the rule of an operation that is linear in each of two arrays.

    Parameters
    ----------
    name, signature : str
        As in `Rule`.
    op : callable
        ``op(A, B, xp, **params)`` returns the output.
    A_bar : callable
        ``A_bar(Y_bar, A, B, xp, **params)``, the adjoint of A -> op(A, B). It reads only the shape of A.
    B_bar : callable
        ``B_bar(Y_bar, A, B, xp, **params)``, the adjoint of B -> op(A, B). It reads only the shape of B.
    **record
        Other fields of `Rule`.

    Returns
    -------
    Rule

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import vjp
    >>> scale = bilinear(
    ...     "scale", "(),(n)->(n)",
    ...     op=lambda a, b, xp: a[..., None] * b,
    ...     A_bar=lambda y_bar, a, b, xp: xp.vecdot(b, y_bar),
    ...     B_bar=lambda y_bar, a, b, xp: xp.conj(a)[..., None] * y_bar,
    ... )
    >>> a_bar, b_bar = vjp(scale, np.asarray(2.0), np.ones(3))[1](np.asarray([1.0, 2.0, 3.0]))
    >>> float(a_bar), b_bar.tolist()
    (6.0, [2.0, 4.0, 6.0])
    """

    def pullback(
        A: Array, B: Array, Y_bar: Array | None, *, xp: Namespace | None = None, **params: Any
    ) -> tuple[Any, Any]:
        if Y_bar is None:
            return None, None
        xp = namespace(xp, Y_bar)
        return A_bar(Y_bar, A, B, xp=xp, **params), B_bar(Y_bar, A, B, xp=xp, **params)

    def pushforward(
        A: Array,
        B: Array,
        A_dot: Array | None,
        B_dot: Array | None,
        *,
        xp: Namespace | None = None,
        **params: Any,
    ) -> tuple[Any]:
        xp = namespace(xp, A, B)
        pairs = ((A_dot, B), (A, B_dot))
        terms = (None if X is None or Y is None else op(X, Y, xp=xp, **params) for X, Y in pairs)
        return (total(*terms),)

    inputs = record.pop("inputs", ("A", "B"))
    record = {"outputs": ("Y",), "saves": inputs, **record}
    return _made(name, signature, op, pullback, pushforward, op, inputs=inputs, **record)


def frechet(name: str, signature: str, *, op: Map, derivative: Map, **record: Any) -> Rule:
    """Make the rule of a matrix function with f(A^H) = f(A)^H, such as a power series with real coefficients.

    The adjoint of its derivative L(A, .) is L(A^H, .), so one formula serves both directions.

    Parameters
    ----------
    name, signature : str
        As in `Rule`.
    op : callable
        ``op(A, xp, **params)`` returns the output.
    derivative : callable
        ``derivative(*kept, E, xp, **params)`` returns L(A, E). It reads what the rule keeps: matrices K(A)
        with K(A^H) = K(A)^H.
    **record
        Other fields of `Rule`.

    Returns
    -------
    Rule

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import vjp
    >>> square = frechet(
    ...     "square", "(n,n)->(n,n)",
    ...     op=lambda A, xp: A @ A, derivative=lambda A, E, xp: A @ E + E @ A,
    ... )
    >>> vjp(square, np.asarray([[0.0, 1.0], [0.0, 0.0]]))[1](np.eye(2))[0].tolist()
    [[0.0, 0.0], [2.0, 0.0]]
    """

    def pullback(*arguments: Any, xp: Namespace | None = None, **params: Any) -> tuple[Any]:
        Y_bar = arguments[-1]
        if Y_bar is None:
            return (None,)
        xp = namespace(xp, Y_bar)
        at_adjoint = [conjugate_transpose(K, xp) for K in arguments[:-1]]
        return (derivative(*at_adjoint, Y_bar, xp=xp, **params),)

    def pushforward(*arguments: Any, xp: Namespace | None = None, **params: Any) -> tuple[Any]:
        A_dot = arguments[-1]
        return (None if A_dot is None else derivative(*arguments, xp=namespace(xp, A_dot), **params),)

    inputs = record.pop("inputs", ("A",))
    record = {"outputs": ("Y",), "saves": inputs, **record}
    return _made(name, signature, op, pullback, pushforward, derivative, inputs=inputs, **record)


def self_adjoint(name: str, signature: str, *, op: Map, derivative: Map, **record: Any) -> Rule:
    """Make the rule of an operation whose derivative is its own adjoint, such as f(A) of a Hermitian matrix.

    Parameters
    ----------
    name, signature : str
        As in `Rule`.
    op : callable
        ``op(A, xp, **params)`` returns the output.
    derivative : callable
        ``derivative(*kept, E, xp, **params)`` returns Y_dot for E = A_dot, and A_bar for E = Y_bar. It reads
        what the rule keeps.
    **record
        Other fields of `Rule`.

    Returns
    -------
    Rule

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import vjp
    >>> cube = self_adjoint(
    ...     "cube", "(n)->(n)",
    ...     op=lambda x, xp: x**3, derivative=lambda x, e, xp: 3 * x**2 * e,
    ... )
    >>> vjp(cube, np.asarray([1.0, 2.0]))[1](np.ones(2))[0].tolist()
    [3.0, 12.0]
    """

    def along(*arguments: Any, xp: Namespace | None = None, **params: Any) -> tuple[Any]:
        E = arguments[-1]
        return (None if E is None else derivative(*arguments, xp=namespace(xp, E), **params),)

    def pullback(*arguments: Any, xp: Namespace | None = None, **params: Any) -> tuple[Any]:
        return along(*arguments, xp=xp, **params)

    def pushforward(*arguments: Any, xp: Namespace | None = None, **params: Any) -> tuple[Any]:
        return along(*arguments, xp=xp, **params)

    inputs = record.pop("inputs", ("A",))
    record = {"outputs": ("Y",), "saves": inputs, **record}
    return _made(name, signature, op, pullback, pushforward, derivative, inputs=inputs, **record)


def _made(
    name: str,
    signature: str,
    op: Map,
    pullback: Callable[..., Any],
    pushforward: Callable[..., Any],
    formula: Map,
    **record: Any,
) -> Rule:
    """Make the rule; its functions get its name, and the docstring of its formula."""

    def in_a_tuple(*inputs: Array, xp: Namespace | None = None, **params: Any) -> tuple[Array]:
        return (op(*inputs, xp=namespace(xp, *inputs), **params),)

    in_a_tuple.__name__ = name
    for function, suffix, kind in ((pullback, "_vjp", "Pullback"), (pushforward, "_jvp", "Pushforward")):
        function.__name__ = function.__qualname__ = name + suffix
        function.__doc__ = f"{kind} of `{name}`. {formula.__doc__ or ''}".rstrip()
        function.__module__ = op.__module__
    return Rule(name, signature, op=in_a_tuple, op_vjp=pullback, op_jvp=pushforward, **record)
