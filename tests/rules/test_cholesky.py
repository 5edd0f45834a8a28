"""Tests of cholesky. Mistakes are likely in the representative of the cotangent and the diagonal of Phi."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general, positive
from .mistakes import adjoint, half, hermitian, one_triangle, reverse_axes, same, transpose, wrong

CHOLESKY = lv.RULES["cholesky"]


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, upper, dtype, target):
    check_rule(CHOLESKY, [target.asarray(positive(2, n, dtype=dtype))], upper=upper)


@pytest.mark.parametrize("upper", [False, True])
def test_the_cotangent_is_hermitian(upper):
    L, pullback = lv.vjp("cholesky", positive(2, 4, dtype="complex128"), upper=upper)
    (A_bar,) = pullback(general(*L.shape, dtype="complex128", seed=1))
    np.testing.assert_allclose(A_bar, np.conj(A_bar.mT), rtol=1e-13)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_one_triangle_is_read(upper, dtype, target):
    """The entries of the other triangle do not matter."""
    A, L_bar = positive(2, 4, dtype=dtype), general(2, 4, 4, dtype=dtype, seed=1)
    read = np.tri(4, dtype=bool).T if upper else np.tri(4, dtype=bool)
    junk = np.where(read, A, 1e3 * general(4, 4, seed=2)).astype(dtype)
    results = []
    for matrix in (A, junk):
        L, pullback = lv.vjp("cholesky", target.asarray(matrix), upper=upper)
        results.append([to_numpy(L), to_numpy(pullback(target.asarray(L_bar))[0])])
    for mine, wanted in zip(*results, strict=True):
        np.testing.assert_array_equal(mine, wanted)
    np.testing.assert_allclose(results[0][0], np.where(read, results[0][0], 0))


@pytest.mark.parametrize("upper", [False, True])
def test_the_other_half_of_the_cotangent_is_not_read(upper):
    L, pullback = lv.vjp("cholesky", positive(4), upper=upper)
    L_bar = general(4, 4, seed=1)
    junk = np.where(L == 0, np.nan, L_bar)
    np.testing.assert_array_equal(pullback(junk)[0], pullback(L_bar)[0])


def test_a_tangent_counts_by_its_hermitian_part():
    A, E = positive(3, dtype="complex128"), general(3, 3, dtype="complex128", seed=1)
    _, whole = lv.jvp("cholesky", (A,), (E,))
    _, part = lv.jvp("cholesky", (A,), ((E + np.conj(E.T)) / 2,))
    np.testing.assert_allclose(whole, part, rtol=1e-13)


# The mistakes of rules/cholesky.md.
def formula(phi=half, project=hermitian, left=adjoint, right=same, inner=adjoint, flip=adjoint, result=same):
    """A_bar = L^-H herm(Phi(L^H L_bar)) L^-1. An argument replaces one part by a mistake."""

    def op_vjp(L, L_bar, *, upper, xp):
        if upper:
            L, L_bar = flip(L), flip(L_bar)
        S = project(phi(inner(L) @ np.tril(L_bar)))
        return (result(np.linalg.inv(left(L)) @ S @ np.linalg.inv(right(L))),)

    return wrong("cholesky", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The whole diagonal in place of half": formula(phi=np.tril),
    "A triangle in place of the Hermitian cotangent": formula(result=one_triangle),
    "Not made Hermitian": formula(project=same),
    "The sides are exchanged": formula(left=same, right=adjoint),
    "Transposes in place of adjoints": formula(inner=transpose),
    "The upper factor is transposed in place of its adjoint": formula(flip=transpose),
    "All axes are reversed, and not the last two": formula(inner=reverse_axes),
}
