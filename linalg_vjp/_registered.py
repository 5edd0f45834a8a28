"""A host's namespace in which a rule calls the other rules, as functions that the host differentiates.

A pullback that is differentiated again calls linear algebra itself: a cofactor needs LU, a norm needs svd. In
this namespace, these calls go to the host's versions of our rules. So a derivative that is exact stays exact
when it is differentiated again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ._backends import generic, primitives
from ._bands import to_columns
from ._namespaces import Array, Namespace, is_jax_namespace

__all__ = ["Registered", "again", "fixed", "of_host"]


def again(at: tuple[Array, ...], once: Any, twice: Any, *arrays: Array, xp: Namespace) -> Any:
    """once(*arrays); or twice(*arrays), the same value, if a host differentiates through the arrays of `at`.

    So a derivative can be differentiated although it is computed from factors that have no derivative. If
    `twice` is None, differentiating again raises an error.
    """
    return primitives(xp).again(at, once, twice, *arrays)


def fixed(f: Any, X: Array, xp: Namespace) -> Array:
    """f(X) as a constant: no derivative flows through it, and a second derivative raises an error.

    f gets an array of the library itself, even if the host has wrapped X.
    """
    return primitives(xp).fixed(f, X)


# The equations that several rules solve.
LYAPUNOV = {"continuous": "solve_continuous_lyapunov", "discrete": "solve_discrete_lyapunov"}


def of_host(name: str, xp: Namespace) -> Callable[..., Any] | None:
    """The host's function for a rule, or for a kind of Lyapunov equation; None if `xp` is not a host's."""
    return xp.functions[LYAPUNOV.get(name, name)] if isinstance(xp, Registered) else None


class Registered:
    """The namespace of a host, with linear algebra that the host differentiates by the rules.

    A host is a framework with autodiff, such as PyTorch. You need this class only to write an adapter.

    Parameters
    ----------
    xp : namespace
        The namespace of the host, which follows the standard.
    functions : mapping of str to callable
        For each rule a function with the standard's keywords, which the host differentiates by the rule.
    fixed : callable
        ``fixed(f, X)`` applies f to the values of X, and returns an array without a derivative.
    factorizes : bool
        Whether the host differentiates the library's own `lu_factor` and `lu_solve`. If not, a matrix takes
        the place of its factorization here, and the rule for `solve` solves with it.
    """

    def __init__(
        self,
        xp: Namespace,
        functions: Mapping[str, Callable[..., Any]],
        fixed: Callable[..., Array],
        factorizes: bool = False,
    ) -> None:
        self.__name__ = xp.__name__
        self._xp, self.functions = xp, functions
        self.linalg = _Over(xp.linalg, functions)

        def solve_triangular(A: Array, B: Array, xp: Namespace, **keywords: Any) -> Array:
            return functions["solve_triangular"](A, B, **keywords)

        def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
            p, L, U = functions["lu"](A, p_indices=True)
            return p, L, U

        def schur(A: Array, xp: Namespace) -> tuple[Array, Array]:
            T, Z = functions["schur"](A)
            return T, Z

        def inv(A: Array, xp: Namespace) -> Array:
            return functions["inv"](A)

        def cholesky(A: Array, xp: Namespace, *, upper: bool) -> Array:
            return functions["cholesky"](A, upper=upper)

        def solve_bands(C: Array, B: Array, xp: Namespace, *, l: int) -> Array:
            return functions["solve_banded"](to_columns(C, l, xp), B, u=C.shape[-2] - 1 - l)

        def again(at: Any, once: Any, twice: Any, *arrays: Array) -> Any:
            return generic.no_second() if twice is None else twice(*arrays)

        own: dict[str, Any] = {
            "fixed": fixed,
            "solve_bands": solve_bands,
            "inv": inv,
            "cholesky": cholesky,
            "solve_triangular": solve_triangular,
            "lu": lu,
            "schur": schur,
        }
        if not is_jax_namespace(xp):  # JAX's own `again` detects this by itself
            own["again"] = again
        if not factorizes:
            own |= {"lu_factor": generic.lu_factor, "lu_solve": generic.lu_solve}
        self.primitives = _Over(primitives(xp), own)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._xp, name)


class _Over:
    """A module in which some functions are replaced by others."""

    def __init__(self, module: Any, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._module = module
        vars(self).update(functions)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)
