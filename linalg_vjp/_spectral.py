"""What functions of Hermitian matrices share: their keywords, and A in its eigenvectors, which moves."""

from collections.abc import Callable

from ._divided import NAMES
from ._matrix import add_diagonal, adjoint, hermitian
from ._namespaces import Array, Namespace, namespace
from ._params import Param, real_number
from ._registered import fixed

__all__ = ["FUNCTION", "moving", "of_eigenvalues"]


def moving(A: Array, w: Array, V: Array, xp: Namespace) -> tuple[Array, Array]:
    """V as a constant, and N = V^H A V - diag(w): zero, with the derivative V^H A_dot V."""
    V = fixed(lambda V: V, V, xp)
    N = adjoint(V, xp) @ hermitian(A, xp) @ V
    return V, add_diagonal(N, of_eigenvalues(w, lambda w, xp: -w, xp), xp)


def of_eigenvalues(w: Array, make: Callable[[Array, Namespace], Array], xp: Namespace) -> Array:
    """A constant that is made of the eigenvalues, with functions of the library itself."""
    return fixed(lambda w: make(w, namespace(None, w)), w, xp)


def _function_or_none() -> Param:
    return Param(None, lambda value: value is None or callable(value), "None or a function")


FUNCTION = {
    "f": Param(
        "exp",
        lambda value: value in NAMES if isinstance(value, str) else callable(value),
        f"one of {', '.join(map(repr, NAMES))}, or a function",
        NAMES,
    ),
    "df": _function_or_none(),
    "d2f": _function_or_none(),
    "p": real_number(0.5, 1.5, 3.0, -0.7),
}
