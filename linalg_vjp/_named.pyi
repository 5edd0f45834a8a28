# Written by `python -m tests.rules`, for type checkers and editors.

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, overload

from ._api import Pullback
from ._namespaces import Array, Namespace
from ._rule import Rule

__all__ = ["jvp", "vjp"]

class qr_result(NamedTuple):
    Q: Array
    R: Array

class qr_pivoted_result(NamedTuple):
    Q: Array
    R: Array
    p: Array

class lu_result(NamedTuple):
    P: Array
    L: Array
    U: Array

class lu_factor_result(NamedTuple):
    LU: Array
    pivots: Array

class svd_result(NamedTuple):
    U: Array
    S: Array
    Vh: Array

class svd_truncated_result(NamedTuple):
    U: Array
    S: Array
    Vh: Array

class polar_result(NamedTuple):
    U: Array
    H: Array

class eigh_result(NamedTuple):
    eigenvalues: Array
    eigenvectors: Array

class eigh_truncated_result(NamedTuple):
    w: Array
    V: Array

class eigh_generalized_result(NamedTuple):
    eigenvalues: Array
    eigenvectors: Array

class eig_result(NamedTuple):
    eigenvalues: Array
    eigenvectors: Array

class schur_result(NamedTuple):
    T: Array
    Z: Array

class slogdet_result(NamedTuple):
    sign: Array
    logabsdet: Array

class lstsq_result(NamedTuple):
    X: Array
    residuals: Array

class orthogonal_procrustes_result(NamedTuple):
    R: Array
    scale: Array

@overload
def vjp(
    rule: Literal["qr"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    mode: Literal["reduced", "complete"] = "reduced",
    gauge: Literal["project", "check"] = "project",
) -> tuple[qr_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["qr_pivoted"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    mode: Literal["reduced", "complete"] = "reduced",
    gauge: Literal["project", "check"] = "project",
) -> tuple[qr_pivoted_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["householder_product"], A: Array, tau: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["cholesky"], A: Array, /, *, xp: Namespace | None = None, upper: bool = False
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["lu"], A: Array, /, *, xp: Namespace | None = None, p_indices: bool = False
) -> tuple[lu_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["lu_factor"], A: Array, /, *, xp: Namespace | None = None
) -> tuple[lu_factor_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["lu_solve"],
    LU: Array,
    pivots: Array,
    B: Array,
    /,
    *,
    xp: Namespace | None = None,
    trans: Literal["N", "T", "C"] = "N",
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["svd"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    full_matrices: bool = True,
    gauge: Any = "project",
) -> tuple[svd_result, Pullback]: ...
@overload
def vjp(rule: Literal["svdvals"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["svd_truncated"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    k: Any = 1,
    gauge: Any = "project",
) -> tuple[svd_truncated_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["polar"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    side: Literal["right", "left"] = "right",
) -> tuple[polar_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["eigh"], A: Array, /, *, xp: Namespace | None = None, gauge: Any = "project"
) -> tuple[eigh_result, Pullback]: ...
@overload
def vjp(rule: Literal["eigvalsh"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["eigh_truncated"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    k: Any = 1,
    gauge: Any = "project",
) -> tuple[eigh_truncated_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["eigh_generalized"],
    A: Array,
    B: Array,
    /,
    *,
    xp: Namespace | None = None,
    type: Any = 1,
    gauge: Any = "project",
) -> tuple[eigh_generalized_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["eigvalsh_generalized"],
    A: Array,
    B: Array,
    /,
    *,
    xp: Namespace | None = None,
    type: Any = 1,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["eig"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    gauge: Literal["project", "check"] = "project",
) -> tuple[eig_result, Pullback]: ...
@overload
def vjp(rule: Literal["eigvals"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["schur"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    output: Literal["real", "complex"] = "real",
    gauge: Literal["project", "check"] = "project",
) -> tuple[schur_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve_triangular"],
    A: Array,
    B: Array,
    /,
    *,
    xp: Namespace | None = None,
    upper: bool = True,
    trans: Literal["N", "T", "C"] = "N",
    unit_diagonal: bool = False,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(rule: Literal["inv"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve"], A: Array, B: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve_banded"], ab: Array, B: Array, /, *, xp: Namespace | None = None, u: Any = 1
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["tridiagonal_solve"],
    dl: Array,
    d: Array,
    du: Array,
    B: Array,
    /,
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(rule: Literal["det"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["slogdet"], A: Array, /, *, xp: Namespace | None = None
) -> tuple[slogdet_result, Pullback]: ...
@overload
def vjp(rule: Literal["logdet"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["cholesky_inverse"], L: Array, /, *, xp: Namespace | None = None, upper: bool = False
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["cholesky_solve"],
    L: Array,
    B: Array,
    /,
    *,
    xp: Namespace | None = None,
    upper: bool = False,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["pinv"], A: Array, /, *, xp: Namespace | None = None, rtol: Any = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["tensorinv"], A: Array, /, *, xp: Namespace | None = None, ind: Any = 2
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["tensorsolve"], A: Array, B: Array, /, *, xp: Namespace | None = None, axes: Any = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["lstsq"], A: Array, B: Array, /, *, xp: Namespace | None = None, rtol: Any = None
) -> tuple[lstsq_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["orthogonal_procrustes"],
    A: Array,
    B: Array,
    /,
    *,
    xp: Namespace | None = None,
    special: bool = False,
) -> tuple[orthogonal_procrustes_result, Pullback]: ...
@overload
def vjp(
    rule: Literal["vector_norm"],
    x: Array,
    /,
    *,
    xp: Namespace | None = None,
    ord: Any = 2,
    axis: Any = None,
    keepdims: bool = False,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["matrix_norm"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    ord: Any = "fro",
    keepdims: bool = False,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["cond"], A: Array, /, *, xp: Namespace | None = None, p: Any = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["trace"], A: Array, /, *, xp: Namespace | None = None, offset: Any = 0
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["diagonal"], A: Array, /, *, xp: Namespace | None = None, offset: Any = 0
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["matrix_transpose"], A: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["matmul"], A: Array, B: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["multi_dot"], A: Array, /, *B: Array, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(rule: Literal["block_diag"], /, *A: Array, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["toeplitz"], c: Array, r: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["cross"], a: Array, b: Array, /, *, xp: Namespace | None = None, axis: Any = -1
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["outer"], a: Array, b: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["vecdot"], a: Array, b: Array, /, *, xp: Namespace | None = None, axis: Any = -1
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["tensordot"], A: Array, B: Array, /, *, xp: Namespace | None = None, axes: Any = 2
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["kron"], A: Array, B: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["matrix_power"], A: Array, /, *, xp: Namespace | None = None, n: Any = 2
) -> tuple[Array, Pullback]: ...
@overload
def vjp(rule: Literal["expm"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["expm_multiply"], A: Array, B: Array, /, *, xp: Namespace | None = None, max_steps: Any = 30
) -> tuple[Array, Pullback]: ...
@overload
def vjp(rule: Literal["logm"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(rule: Literal["sqrtm"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["fractional_matrix_power"], A: Array, /, *, xp: Namespace | None = None, t: Any = 0.5
) -> tuple[Array, Pullback]: ...
@overload
def vjp(rule: Literal["signm"], A: Array, /, *, xp: Namespace | None = None) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["funm_hermitian"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    f: Any = "exp",
    df: Any = None,
    d2f: Any = None,
    p: Any = 0.5,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["trace_funm"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    f: Any = "exp",
    df: Any = None,
    d2f: Any = None,
    p: Any = 0.5,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["nearest_psd"], A: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["projector_h"], A: Array, /, *, xp: Namespace | None = None, k: Any = None, cut: Any = 0.0
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["projector"], A: Array, /, *, xp: Namespace | None = None, k: Any = None, cut: Any = 0.0
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["low_rank"], A: Array, /, *, xp: Namespace | None = None, k: Any = 1
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["svd_function"],
    A: Array,
    /,
    *,
    xp: Namespace | None = None,
    f: Any = "tanh",
    df: Any = None,
    d2f: Any = None,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["svd_threshold"], A: Array, /, *, xp: Namespace | None = None, tau: Any = 0.5
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["sylvester_h"], H: Array, K: Array, C: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve_sylvester"], A: Array, B: Array, Q: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve_continuous_lyapunov"], A: Array, Q: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve_discrete_lyapunov"], A: Array, Q: Array, /, *, xp: Namespace | None = None
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve_continuous_are"],
    A: Array,
    B: Array,
    Q: Array,
    R: Array,
    /,
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: Literal["solve_discrete_are"],
    A: Array,
    B: Array,
    Q: Array,
    R: Array,
    /,
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Pullback]: ...
@overload
def vjp(
    rule: str | Rule, /, *inputs: Array, xp: Namespace | None = None, **params: Any
) -> tuple[Any, Pullback]: ...
@overload
def jvp(
    rule: Literal["qr"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    mode: Literal["reduced", "complete"] = "reduced",
    gauge: Literal["project", "check"] = "project",
) -> tuple[qr_result, qr_result]: ...
@overload
def jvp(
    rule: Literal["qr_pivoted"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    mode: Literal["reduced", "complete"] = "reduced",
    gauge: Literal["project", "check"] = "project",
) -> tuple[qr_pivoted_result, qr_pivoted_result]: ...
@overload
def jvp(
    rule: Literal["householder_product"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["cholesky"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    upper: bool = False,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["lu"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    p_indices: bool = False,
) -> tuple[lu_result, lu_result]: ...
@overload
def jvp(
    rule: Literal["lu_factor"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[lu_factor_result, lu_factor_result]: ...
@overload
def jvp(
    rule: Literal["lu_solve"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    trans: Literal["N", "T", "C"] = "N",
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["svd"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    full_matrices: bool = True,
    gauge: Any = "project",
) -> tuple[svd_result, svd_result]: ...
@overload
def jvp(
    rule: Literal["svdvals"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["svd_truncated"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    k: Any = 1,
    gauge: Any = "project",
) -> tuple[svd_truncated_result, svd_truncated_result]: ...
@overload
def jvp(
    rule: Literal["polar"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    side: Literal["right", "left"] = "right",
) -> tuple[polar_result, polar_result]: ...
@overload
def jvp(
    rule: Literal["eigh"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    gauge: Any = "project",
) -> tuple[eigh_result, eigh_result]: ...
@overload
def jvp(
    rule: Literal["eigvalsh"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["eigh_truncated"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    k: Any = 1,
    gauge: Any = "project",
) -> tuple[eigh_truncated_result, eigh_truncated_result]: ...
@overload
def jvp(
    rule: Literal["eigh_generalized"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    type: Any = 1,
    gauge: Any = "project",
) -> tuple[eigh_generalized_result, eigh_generalized_result]: ...
@overload
def jvp(
    rule: Literal["eigvalsh_generalized"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    type: Any = 1,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["eig"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    gauge: Literal["project", "check"] = "project",
) -> tuple[eig_result, eig_result]: ...
@overload
def jvp(
    rule: Literal["eigvals"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["schur"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    output: Literal["real", "complex"] = "real",
    gauge: Literal["project", "check"] = "project",
) -> tuple[schur_result, schur_result]: ...
@overload
def jvp(
    rule: Literal["solve_triangular"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    upper: bool = True,
    trans: Literal["N", "T", "C"] = "N",
    unit_diagonal: bool = False,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["inv"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["solve"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["solve_banded"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    u: Any = 1,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["tridiagonal_solve"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["det"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["slogdet"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[slogdet_result, slogdet_result]: ...
@overload
def jvp(
    rule: Literal["logdet"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["cholesky_inverse"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    upper: bool = False,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["cholesky_solve"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    upper: bool = False,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["pinv"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    rtol: Any = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["tensorinv"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    ind: Any = 2,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["tensorsolve"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    axes: Any = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["lstsq"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    rtol: Any = None,
) -> tuple[lstsq_result, lstsq_result]: ...
@overload
def jvp(
    rule: Literal["orthogonal_procrustes"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    special: bool = False,
) -> tuple[orthogonal_procrustes_result, orthogonal_procrustes_result]: ...
@overload
def jvp(
    rule: Literal["vector_norm"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    ord: Any = 2,
    axis: Any = None,
    keepdims: bool = False,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["matrix_norm"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    ord: Any = "fro",
    keepdims: bool = False,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["cond"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    p: Any = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["trace"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    offset: Any = 0,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["diagonal"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    offset: Any = 0,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["matrix_transpose"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["matmul"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["multi_dot"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["block_diag"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["toeplitz"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["cross"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    axis: Any = -1,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["outer"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["vecdot"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    axis: Any = -1,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["tensordot"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    axes: Any = 2,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["kron"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["matrix_power"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    n: Any = 2,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["expm"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["expm_multiply"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    max_steps: Any = 30,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["logm"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["sqrtm"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["fractional_matrix_power"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    t: Any = 0.5,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["signm"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["funm_hermitian"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    f: Any = "exp",
    df: Any = None,
    d2f: Any = None,
    p: Any = 0.5,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["trace_funm"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    f: Any = "exp",
    df: Any = None,
    d2f: Any = None,
    p: Any = 0.5,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["nearest_psd"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["projector_h"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    k: Any = None,
    cut: Any = 0.0,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["projector"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    k: Any = None,
    cut: Any = 0.0,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["low_rank"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    k: Any = 1,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["svd_function"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    f: Any = "tanh",
    df: Any = None,
    d2f: Any = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["svd_threshold"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    tau: Any = 0.5,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["sylvester_h"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["solve_sylvester"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["solve_continuous_lyapunov"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["solve_discrete_lyapunov"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["solve_continuous_are"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: Literal["solve_discrete_are"],
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    rule: str | Rule,
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    **params: Any,
) -> tuple[Any, Any]: ...
