"""What functions of Hermitian matrices share: keywords, derivatives, and A in its eigenvectors."""

from collections.abc import Callable
from typing import Any

from ._divided import NAMES
from ._matrix import add_diagonal, adjoint, hermitian
from ._namespaces import Array, Namespace, namespace
from ._params import Param, real_number
from ._registered import again, fixed

__all__ = [
    "FUNCTION",
    "OfEigenvalues",
    "derivative",
    "factors",
    "function_or_none",
    "moving",
    "of_eigenvalues",
]

OfEigenvalues = Callable[[Array, Namespace], Array]


def derivative(
    A: Array,
    w: Array,
    V: Array,
    E: Array,
    first: OfEigenvalues,
    second: OfEigenvalues | None,
    xp: Namespace,
) -> Array:
    """V (D o (V^H herm(E) V)) V^H, the derivative of f(A) along E; as a map of E it is its own adjoint.

    ``first(w, xp)`` is D_ij = f[w_i, w_j], and ``second(w, xp)`` is f[w_i, w_k, w_j] for all triples. If
    `second` is None, differentiating again raises an error.
    """

    def once(A: Array, w: Array, V: Array, E: Array) -> Array:
        Vh = adjoint(V, xp)
        return V @ (first(w, xp) * (Vh @ E @ V)) @ Vh

    def twice(A: Array, w: Array, V: Array, E: Array) -> Array:
        """The same at V^H A V = diag(w) + N, where only N moves: f(A) = V f(V^H A V) V^H for a unitary V."""
        assert second is not None
        V, N = moving(A, w, V, xp)
        D, F, Vh = of_eigenvalues(w, first, xp), of_eigenvalues(w, second, xp), adjoint(V, xp)
        B = Vh @ E @ V
        (N_ik, N_kj), (B_ik, B_kj) = ((X[..., :, :, None], X[..., None, :, :]) for X in (N, B))
        rest = xp.sum(F * (N_ik * B_kj + B_ik * N_kj), axis=-2)
        return V @ (D * B + rest) @ Vh

    return again((A,), once, None if second is None else twice, A, w, V, hermitian(E, xp), xp=xp)


def factors(A: Array, *, xp: Namespace | None = None, **params: Any) -> tuple[Array, Array]:
    """The eigenvalues and eigenvectors of A, which a rule keeps for every function f."""
    w, V = namespace(xp, A).linalg.eigh(A)
    return w, V


def moving(A: Array, w: Array, V: Array, xp: Namespace) -> tuple[Array, Array]:
    """V as a constant, and N = V^H A V - diag(w), which is zero and has the derivative V^H A_dot V."""
    V = fixed(lambda V: V, V, xp)
    N = adjoint(V, xp) @ hermitian(A, xp) @ V
    return V, add_diagonal(N, of_eigenvalues(w, lambda w, xp: -w, xp), xp)


def of_eigenvalues(w: Array, make: OfEigenvalues, xp: Namespace) -> Array:
    """make(w, xp) as a constant, where xp is the namespace of the library itself."""
    return fixed(lambda w: make(w, namespace(None, w)), w, xp)


def function_or_none() -> Param:
    """A keyword that is a user's function, or None."""
    return Param(None, lambda value: value is None or callable(value), "None or a function")


FUNCTION = {
    "f": Param(
        "exp",
        lambda value: value in NAMES if isinstance(value, str) else callable(value),
        f"one of {', '.join(map(repr, NAMES))}, or a function",
        NAMES,
    ),
    "df": function_or_none(),
    "d2f": function_or_none(),
    "p": real_number(0.5, 1.5, 3.0, -0.7),
}
