"""Tests of eigh_truncated. A real matrix, no discarded values, or distinct ones can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general, hermitian
from .mistakes import adjoint, same, skew, transpose, wrong
from .mistakes import hermitian as hermitian_part
from .test_projector_h import of_values


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("n", [0, 1, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, k, target):
    check_rule("eigh_truncated", [target.asarray(hermitian(2, n, dtype=dtype))], k=k)


@pytest.mark.parametrize("w", [(1, 1, 2, 3), (-9, -9, 0, 1), (0, 0, 0, 1), (1, 1 + 2.0**-40, 2, 3)], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_with_ties_that_are_discarded(dtype, w):
    check_rule("eigh_truncated", [of_values(w, dtype=dtype)], k=2 if w[1] < w[2] else 1, twice=True)


def test_from_the_kept_factors_alone():
    """The kept factors may have any phase, as those from an iteration have."""
    A = hermitian(5, dtype="complex128")
    (w, V), pullback = lv.vjp("eigh_truncated", A, k=2)
    turn = np.exp(1j * np.asarray([0.3, 2.0]))
    V_bar = general(5, 2, dtype="complex128")
    (found,) = lv.RULES["eigh_truncated"].vjp((A,), (w, V * turn), (w, V_bar * turn), k=2)
    np.testing.assert_allclose(found, pullback(w, V_bar)[0], atol=1e-13)


def test_a_tie_across_the_cut():
    A = of_values((0, 2, 2, 3))
    _, pullback = lv.vjp("eigh_truncated", A, k=2, gauge="check")
    assert pullback(np.ones(2), None)[0].shape == (4, 4)
    with pytest.raises(lv.GaugeError, match="eigh_truncated: the cotangent of V"):
        pullback(None, general(4, 2))
    (dropped,) = lv.vjp("eigh_truncated", A, k=2)[1](None, general(4, 2))
    assert np.max(np.abs(dropped)) < 10


# The mistakes of rules/eigh_truncated.md.
def formula(forgotten=False, ties=False, powers=False, part=hermitian_part, op=adjoint):
    def op_vjp(A, w, V, w0, V0, w_bar, V_bar, *, k, gauge, xp):
        if A.size == 0:
            return (A,)
        V_bar = np.zeros_like(V) if V_bar is None else V_bar
        w_bar = np.zeros_like(w) if w_bar is None else w_bar
        w0, V0 = np.linalg.eigh(A)
        cut, largest = max(A.shape[-1] - k, 0), np.max(np.abs(w0), axis=-1)[..., None, None]
        w0, V0 = w0[..., :cut], V0[..., :cut]

        def over(x, gaps):
            tied = np.abs(gaps) <= 64 * 2.0**-52 * largest
            return np.where(tied, 0, x / np.where(tied, 1, gaps))

        J = op(V) @ V_bar
        x = op(V0) @ (V_bar - V @ J)
        if powers:
            ratio = w0[..., :, None] / np.where(w == 0, 1, w)[..., None, :]
            X = V0 @ (x * sum(ratio**i for i in range(100)) / np.where(w == 0, 1, w)[..., None, :])
        else:
            X = V0 @ over(x, w[..., None, :] - (0 if forgotten else w0[..., :, None]))
        if ties:
            near = np.abs(w0[..., :, None] - w0[..., None, :]) <= 1e-14
            X = np.where(np.any(near & ~np.eye(w0.shape[-1], dtype=bool)), np.nan, X)
        P = over(skew(J), w[..., None, :] - w[..., :, None]) + w_bar[..., None, :] * np.eye(w.shape[-1])
        return (part((V @ P + X) @ op(V)),)

    return wrong("eigh_truncated", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The discarded spectrum is forgotten": formula(forgotten=True),
    "The discarded ties are divided by": formula(ties=True),
    "By powers of what is discarded": formula(powers=True),
    "The cotangent is not Hermitian": formula(part=same),
    "Transposes in place of adjoints": formula(op=transpose),
}
