"""JAX: jax.scipy.linalg's functions, differentiated by these rules.

>>> import jax
>>> from linalg_vjp.adapters import jax_scipy as L  # in place of: from jax.scipy import linalg as L
>>> jax.grad(lambda A: L.sqrtm(A).real.sum())(jax.numpy.eye(2)).tolist()  # jax.scipy.linalg.sqrtm raises
[[0.5, 0.5], [0.5, 0.5]]

Names, arguments and results are jax.scipy.linalg's; functions without a rule, such as `hilbert`, are its own.
Arguments that say how to compute (`overwrite_a`, `check_finite`, `lapack_driver`, `method`) are accepted but
ignored. `install` of the module `jax` beside this one puts these functions into JAX, too.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import jax.scipy.linalg
from jax.scipy.linalg import schur as own_schur

from .._namespaces import Array
from ._jax import OPERATIONS
from ._jax_words import floating, of_triangle

REPLACED: dict[str, Callable[..., Any]] = {}
TRANS = {0: "N", 1: "T", 2: "C", "N": "N", "T": "T", "C": "C"}


def replaces(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function in place of jax.scipy.linalg's of the same name."""
    REPLACED[function.__name__] = function
    return function


@replaces
def cho_factor(
    a: Array, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Any, bool]:
    """The Cholesky factor, and whether it is a lower one."""
    return cholesky(a, lower), lower


@replaces
def cho_solve(
    c_and_lower: tuple[Array, bool], b: Array, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The solution, from the results of `cho_factor`."""
    c, b = floating(c_and_lower[0], b)
    return OPERATIONS["cholesky_solve"](c, b, upper=not c_and_lower[1])


@replaces
def cholesky(a: Array, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The Cholesky factor of the Hermitian matrix of one triangle."""
    return OPERATIONS["cholesky"](floating(a), upper=not lower)


@replaces
def det(a: Array, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The determinant."""
    return OPERATIONS["det"](floating(a))


@replaces
def eigh(
    a: Array,
    b: Array | None = None,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    turbo: bool = True,
    eigvals: None = None,
    type: int = 1,
    check_finite: bool = True,
) -> Any:
    """Eigenvalues and eigenvectors of the Hermitian part, or of a pencil with b, which JAX lacks."""
    if eigvals is not None:
        raise NotImplementedError("eigh: all eigenvalues are found; take those that you want of the result")
    a = floating(a)
    if b is None:
        return OPERATIONS["eigvalsh"](a) if eigvals_only else tuple(OPERATIONS["eigh"](a))
    a, b = (of_triangle(x, lower) for x in floating(a, b))
    if eigvals_only:
        return OPERATIONS["eigvalsh_generalized"](a, b, type=type)
    return tuple(OPERATIONS["eigh_generalized"](a, b, type=type))


@replaces
def expm(A: Array, *, upper_triangular: bool = False, max_squarings: int = 16) -> Any:
    """The exponential of a matrix."""
    return OPERATIONS["expm"](floating(A))


@replaces
def expm_frechet(A: Array, E: Array, *, method: str | None = None, compute_expm: bool = True) -> Any:
    """The exponential of A and its derivative along E, or the derivative alone."""
    A, E = floating(A, E)
    found = jax.jvp(OPERATIONS["expm"], (A,), (E,))
    return found if compute_expm else found[1]


@replaces
def inv(a: Array, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The inverse."""
    return OPERATIONS["inv"](floating(a))


@replaces
def lu(a: Array, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """P, L and U with A = P L U, or P L and U."""
    P, L, U = OPERATIONS["lu"](floating(a))
    return (P.astype(L.dtype) @ L, U) if permute_l else (P, L, U)


@replaces
def lu_factor(a: Array, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """L and U in one matrix, and pivots."""
    LU, pivots = OPERATIONS["lu_factor"](floating(a))
    return LU, pivots.astype("int32")


@replaces
def lu_solve(
    lu_and_piv: tuple[Array, Array],
    b: Array,
    trans: int = 0,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The solution, from the results of `lu_factor`."""
    LU, b = floating(lu_and_piv[0], b)
    return OPERATIONS["lu_solve"](LU, jnp.asarray(lu_and_piv[1]), b, trans=TRANS[trans])


@replaces
def polar(
    a: Array,
    side: str = "right",
    *,
    method: str = "qdwh",
    eps: float | None = None,
    max_iterations: int | None = None,
) -> Any:
    """The unitary and the positive factor."""
    return tuple(OPERATIONS["polar"](floating(a), side=side))


@replaces
def qr(
    a: Array,
    overwrite_a: bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    """Q and R with A = Q R, or R alone in a tuple for mode="r"; with `pivoting` the order of columns, too."""
    modes = {"full": "complete", "economic": "reduced", "r": "complete"}
    if mode not in modes:
        raise ValueError(f"qr: mode={mode!r} is none of {', '.join(map(repr, modes))}")
    found = tuple(OPERATIONS["qr_pivoted" if pivoting else "qr"](floating(a), mode=modes[mode]))
    if pivoting:
        found = (*found[:2], found[2].astype("int32"))
    return found[1:] if mode == "r" else found


@replaces
def schur(a: Array, output: str = "real") -> Any:
    """T and Z with A = Z T Z^H. Where the real T is not triangular it is JAX's, without a derivative."""
    a = floating(a)
    T, Z = OPERATIONS["schur"](a, output=output)
    if output == "real" and not jnp.iscomplexobj(a):
        own = own_schur(jax.lax.stop_gradient(a), output)
        return [jnp.where(jnp.isnan(x), y, x) for x, y in zip((T, Z), own, strict=True)]
    return [T, Z]


@replaces
def solve(
    a: Array,
    b: Array,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    debug: bool = False,
    check_finite: bool = True,
    assume_a: str = "gen",
) -> Any:
    """X with A X = B; with assume_a="pos" by the Cholesky factor of one triangle."""
    if assume_a not in ("gen", "sym", "her", "pos"):
        raise ValueError(f"solve: assume_a={assume_a!r} is none of 'gen', 'sym', 'her', 'pos'")
    a, b = floating(a, b)
    if assume_a != "pos":
        return OPERATIONS["solve"](a, b)
    return OPERATIONS["cholesky_solve"](cholesky(a, lower), b, upper=not lower)


@replaces
def solve_sylvester(A: Array, B: Array, C: Array, *, method: str = "schur", tol: float = 1e-8) -> Any:
    """X with A X + X B = C."""
    return OPERATIONS["solve_sylvester"](*floating(A, B, C))


@replaces
def solve_triangular(
    a: Array,
    b: Array,
    trans: int | str = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    debug: Any = None,
    check_finite: bool = True,
) -> Any:
    """X with op(A) X = B for a triangular A."""
    how = {"upper": not lower, "trans": TRANS[trans], "unit_diagonal": unit_diagonal}
    return OPERATIONS["solve_triangular"](*floating(a, b), **how)


@replaces
def sqrtm(A: Array, blocksize: int = 1) -> Any:
    """The principal square root, which is complex, as in JAX."""
    A = floating(A)
    return OPERATIONS["sqrtm"](A.astype(jnp.result_type(A.dtype, jnp.complex64)))


@replaces
def svd(
    a: Array,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:
    """U, S and V^H, or S alone."""
    a = floating(a)
    if compute_uv:
        return tuple(OPERATIONS["svd"](a, full_matrices=full_matrices))
    return OPERATIONS["svdvals"](a)


OWN = {name: f for name, f in vars(jax.scipy.linalg).items() if callable(f) and not name.startswith("_")}
globals().update({name: f for name, f in OWN.items() if name not in REPLACED})
__all__ = list(OWN)
if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """jax.scipy.linalg's own functions."""
