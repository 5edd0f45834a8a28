"""JAX: the functions of jax.scipy.linalg, differentiated by these rules.

>>> import jax
>>> from linalg_vjp.adapters import jax_scipy as L  # in place of: from jax.scipy import linalg as L
>>> jax.grad(lambda A: L.sqrtm(A).real.sum())(jax.numpy.eye(2)).tolist()  # jax.scipy.linalg.sqrtm raises
[[0.5, 0.5], [0.5, 0.5]]

Names, arguments and results are those of jax.scipy.linalg. Functions without a rule, such as `hilbert`, are
JAX's own. Arguments that choose how to compute (`overwrite_a`, `check_finite`, `lapack_driver`, `method`, and
`upper_triangular` and `max_squarings` of `expm`) are accepted and ignored. `linalg_vjp.adapters.jax.install`
puts these functions into JAX itself.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import jax.scipy.linalg
from jax.scipy.linalg import schur as own_schur

from .._namespaces import Array
from ._jax import OPERATIONS
from ._jax_words import check_word, floating, of_triangle

REPLACED: dict[str, Callable[..., Any]] = {}
TRANS: dict[Any, str] = {0: "N", 1: "T", 2: "C", "N": "N", "T": "T", "C": "C"}


def _trans(function: str, trans: Any) -> str:
    """The rule's word for `trans`, which may be a number."""
    check_word(function, "trans", trans, *TRANS)
    return TRANS[trans]


def replaces(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a function as the replacement of the one of the same name in jax.scipy.linalg."""
    REPLACED[function.__name__] = function
    return function


@replaces
def cho_factor(
    a: Array, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Any, bool]:
    """Cholesky factor, and whether it is lower triangular, as `cho_solve` takes them."""
    return cholesky(a, lower), lower


@replaces
def cho_solve(
    c_and_lower: tuple[Array, bool], b: Array, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """Solve A x = b for x, given the results of `cho_factor` for A."""
    c, b = floating(c_and_lower[0], b)
    return OPERATIONS["cholesky_solve"](c, b, upper=not c_and_lower[1])


@replaces
def cholesky(a: Array, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Cholesky decomposition: U with a = U^H U, or with `lower` L with a = L L^H. One triangle is read."""
    return OPERATIONS["cholesky"](floating(a), upper=not lower)


@replaces
def det(a: Array, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Determinant."""
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
    """Eigenvalues and eigenvectors of the Hermitian part of a, or of the pencil (a, b), which JAX lacks."""
    if eigvals is not None:
        raise NotImplementedError("eigh: eigvals= is not supported; select eigenvalues from the result")
    check_word("eigh", "type", type, 1, 2, 3)
    a = floating(a)
    if b is None:
        return OPERATIONS["eigvalsh"](a) if eigvals_only else tuple(OPERATIONS["eigh"](a))
    a, b = (of_triangle(x, lower) for x in floating(a, b))
    if eigvals_only:
        return OPERATIONS["eigvalsh_generalized"](a, b, type=type)
    return tuple(OPERATIONS["eigh_generalized"](a, b, type=type))


@replaces
def expm(A: Array, *, upper_triangular: bool = False, max_squarings: int = 16) -> Any:
    """Matrix exponential."""
    return OPERATIONS["expm"](floating(A))


@replaces
def expm_frechet(A: Array, E: Array, *, method: str | None = None, compute_expm: bool = True) -> Any:
    """Matrix exponential of A and its derivative along E, or with compute_expm=False the derivative alone."""
    A, E = floating(A, E)
    found = jax.jvp(OPERATIONS["expm"], (A,), (E,))
    return found if compute_expm else found[1]


@replaces
def inv(a: Array, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Matrix inverse."""
    return OPERATIONS["inv"](floating(a))


@replaces
def lu(a: Array, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """LU decomposition a = P L U: P, L and U, or with `permute_l` P L and U."""
    P, L, U = OPERATIONS["lu"](floating(a))
    return (P.astype(L.dtype) @ L, U) if permute_l else (P, L, U)


@replaces
def lu_factor(a: Array, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """LU decomposition in compact form: L and U in one matrix, and the pivots."""
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
    """Solve op(A) x = b for x, given the results of `lu_factor` for A."""
    LU, b = floating(lu_and_piv[0], b)
    return OPERATIONS["lu_solve"](LU, jnp.asarray(lu_and_piv[1]), b, trans=_trans("lu_solve", trans))


@replaces
def polar(
    a: Array,
    side: str = "right",
    *,
    method: str = "qdwh",
    eps: float | None = None,
    max_iterations: int | None = None,
) -> Any:
    """Polar decomposition: the unitary factor, and the positive semidefinite one."""
    check_word("polar", "method", method, "qdwh", "svd")
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
    """QR decomposition a = Q R; mode="r" returns the tuple (R,). `pivoting` adds the order of the columns."""
    modes = {"full": "complete", "economic": "reduced", "r": "complete"}
    check_word("qr", "mode", mode, *modes)
    found = tuple(OPERATIONS["qr_pivoted" if pivoting else "qr"](floating(a), mode=modes[mode]))
    if pivoting:
        found = (*found[:2], found[2].astype("int32"))
    return found[1:] if mode == "r" else found


@replaces
def schur(a: Array, output: str = "real") -> Any:
    """Schur decomposition a = Z T Z^H. A real T that is not triangular is JAX's own, without a derivative."""
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
    """Solve a x = b for x. assume_a="pos" uses the Cholesky factor of one triangle of a."""
    check_word("solve", "assume_a", assume_a, "gen", "sym", "her", "pos")
    a, b = floating(a, b)
    if assume_a != "pos":
        return OPERATIONS["solve"](a, b)
    return OPERATIONS["cholesky_solve"](cholesky(a, lower), b, upper=not lower)


@replaces
def solve_sylvester(A: Array, B: Array, C: Array, *, method: str = "schur", tol: float = 1e-8) -> Any:
    """Solve the Sylvester equation A X + X B = C for X."""
    check_word("solve_sylvester", "method", method, "schur", "eigen")
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
    """Solve op(a) x = b for x, with a triangular a. `trans` selects op: the identity, a^T or a^H."""
    how = {"upper": not lower, "trans": _trans("solve_triangular", trans), "unit_diagonal": unit_diagonal}
    return OPERATIONS["solve_triangular"](*floating(a, b), **how)


@replaces
def sqrtm(A: Array, blocksize: int = 1) -> Any:
    """Principal square root of a matrix. The result is complex, as in JAX."""
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
    """Singular value decomposition: U, S and Vh, or with compute_uv=False S alone."""
    a = floating(a)
    if compute_uv:
        return tuple(OPERATIONS["svd"](a, full_matrices=full_matrices))
    return OPERATIONS["svdvals"](a)


OWN = {name: f for name, f in vars(jax.scipy.linalg).items() if callable(f) and not name.startswith("_")}
globals().update({name: f for name, f in OWN.items() if name not in REPLACED})
__all__ = list(OWN)
if TYPE_CHECKING:
    from ._jax_scipy_functions import *  # noqa: F403
