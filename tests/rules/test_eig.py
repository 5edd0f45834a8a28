"""Tests of eig and eigvals. A normal or 1 x 1 matrix, real values or a loss without phases hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_loss, check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, reciprocal, wrong

EIG, EIGVALS = lv.RULES["eig"], lv.RULES["eigvals"]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rule", [EIG, EIGVALS], ids=lambda rule: rule.name)
def test_sizes(rule, n, dtype, target):
    check_rule(rule, [target.asarray(general(2, n, n, dtype=dtype))])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_seeds(seed, dtype, target):
    check_rule(EIG, [target.asarray(general(4, 4, dtype=dtype, seed=seed))])


def circulant(n, seed=0):
    c = general(n, seed=seed)
    return np.stack([np.roll(c, i) for i in range(n)])


@pytest.mark.parametrize("n", [2, 3, 5])
def test_circulant_matrices(n, target):
    """All entries of an eigenvector have the same modulus, so rounding decides which one is real."""
    for seed in range(4):
        check_rule(EIG, [target.asarray(circulant(n, seed))])


def test_the_real_entry_is_found_where_moduli_tie(target):
    """For any 4 x 4 circulant matrix, the rule divides by the entry that LAPACK made real."""
    A = np.stack([circulant(4, seed) for seed in range(100)])
    _, (_, V_dot) = lv.jvp("eig", (target.asarray(A),), (target.asarray(general(100, 4, 4)),))
    assert np.max(np.abs(to_numpy(V_dot))) < 1e4


def tied(dtype, far=1.0):
    """A matrix with eigenvalues 1, 1 and 3, and eigenvectors that are not orthogonal."""
    V = np.eye(3, dtype=dtype) + far * general(3, 3, dtype=dtype, seed=3) / 4
    return V @ np.diag([1.0, 1.0, 3.0]).astype(dtype) @ np.linalg.inv(V)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_projector_onto_a_tied_eigenspace(dtype):
    """The rule, with the chain rule for V_c (V^-1)_c in NumPy, agrees with a resolvent."""
    A, M = tied(dtype), general(3, 3, dtype="complex128", seed=5)
    (w, V), pullback = lv.vjp("eig", A)
    c = np.abs(w - 1) < 0.1
    inverse = np.linalg.inv(V)
    V_bar = np.zeros_like(V)
    V_bar[:, c] = M @ adjoint(inverse[c])
    inverse_bar = np.zeros_like(V)
    inverse_bar[c] = adjoint(V[:, c]) @ M
    V_bar = V_bar - adjoint(inverse) @ inverse_bar @ adjoint(inverse)
    (A_bar,) = pullback(None, V_bar.astype(V.dtype))
    # dP = P E S + S E P, with the reduced resolvent S = (A - 1)^+ on the eigenspace of the eigenvalue 3.
    Q = V.astype("complex128")
    R = np.linalg.inv(Q)
    P = Q[:, c] @ R[c]
    S = (np.eye(3) - P) / (1 - 3)
    right = adjoint(P) @ M @ adjoint(S) + adjoint(S) @ M @ adjoint(P)
    right = right.real if A.dtype.kind == "f" else right
    limit = 300 * np.finfo(dtype).eps * np.linalg.norm(right) * np.linalg.cond(Q)
    assert np.linalg.norm(A_bar - right) < limit


@pytest.mark.parametrize("far", [0.0, 1.0])
def test_the_sum_of_tied_eigenvalues(far):
    check_loss(
        "eigvals",
        [tied("complex128", far)],
        lambda w: sum((v * v).real for v in w),
        lambda w: (2 * np.conj(w),),
    )


def test_a_defective_matrix_is_nan_and_leaves_the_others_alone(target):
    A = np.stack([general(2, 2), [[0.0, 1.0], [0.0, 0.0]], general(2, 2, seed=1)])
    for name in ("eig", "eigvals"):
        outputs, pullback = lv.vjp(name, target.asarray(A))
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        with np.errstate(all="ignore"):
            found = to_numpy(pullback(*(target.asarray(np.ones(y.shape) + 0j) for y in outputs))[0])
        assert np.all(np.isnan(found[1]))
        assert np.all(np.isfinite(found[[0, 2]]))


def test_a_cotangent_along_the_phase():
    A = general(3, 3, dtype="complex128")
    (_, V), pullback = lv.vjp("eig", A, gauge="check")
    with pytest.raises(lv.GaugeError, match="eig: the cotangent of eigenvectors has a part along the gauge"):
        pullback(None, V * 1j)
    assert pullback(None, V)[0] == pytest.approx(0, abs=1e-12)


def test_values_in_another_order_than_the_vectors():
    A = general(4, 4)
    (w,) = EIGVALS.forward(A)
    back = np.asarray([3, 1, 0, 2])
    bar = general(4, dtype="complex128")
    (right,) = EIGVALS.vjp((A,), (w,), (bar,))
    (found,) = EIGVALS.vjp((A,), (w[back],), (bar[back],))
    np.testing.assert_allclose(found, right, rtol=1e-12)


# The mistakes of rules/eig.md.
def top(V):
    k = np.argmax(np.abs(V) + 2 * (V.imag == 0), axis=-2)
    return np.arange(V.shape[-2])[:, None] == k[..., None, :]


def without_length(V, Z):
    return Z - V * np.sum(np.conj(V) * Z, axis=-2, keepdims=True).real


def without_phase(V, Z, V_bar):
    g = np.sum(np.conj(V) * V_bar, axis=-2, keepdims=True).imag
    return Z - top(V) * (1j * g / np.sum(np.conj(V) * top(V), axis=-2, keepdims=True))


def normalized(V, V_bar):
    return without_phase(V, without_length(V, V_bar), V_bar)


def inverse_adjoint(V):
    bad = np.abs(np.linalg.det(V))[..., None, None] < 1e-14
    return np.where(bad, np.nan, adjoint(np.linalg.inv(np.where(bad, np.eye(V.shape[-1]), V))))


def gaps(w):
    D = w[..., None, :] - w[..., :, None]
    largest = np.max(np.abs(w), axis=-1, initial=0.0)[..., None, None]
    return reciprocal(D, np.abs(D) <= 1e-12 * largest)


def formula(normalize=normalized, E=lambda w: np.conj(gaps(w)), left=inverse_adjoint):
    """A_bar, with parts that arguments replace. The cotangents may be None."""

    def op_vjp(w, V, p, L, U, w_bar, V_bar, *, gauge, xp):
        P = np.zeros_like(V)
        if V_bar is not None and w.shape[-1] > 0:
            P = E(w) * (adjoint(V) @ normalize(V, V_bar))
        if w_bar is not None:
            P = P + w_bar[..., None] * np.eye(w.shape[-1])
        return (left(V) @ P @ adjoint(V),)

    return wrong("eig", op_vjp=op_vjp)


def values(order):
    def op_vjp(V, p, L, U, w_bar, *, xp):
        return (inverse_adjoint(V) @ (order(w_bar)[..., None] * adjoint(V)),)

    return wrong("eigvals", op_vjp=op_vjp)


RIGHT = formula() | values(lambda w_bar: w_bar)
MISTAKES = {
    "The vectors are taken for orthonormal": formula(left=lambda V: V),
    "The length is forgotten": formula(lambda V, V_bar: without_phase(V, V_bar, V_bar)),
    "The phase is forgotten": formula(without_length),
    "The phase is dropped": formula(
        lambda V, V_bar: V_bar - V * np.sum(np.conj(V) * V_bar, axis=-2, keepdims=True)
    ),
    "The conjugate of E is forgotten": formula(E=gaps),
    "A real input gets a complex cotangent": given_other_inputs("eig", lambda x, outputs: x + 0j),
    "The transpose of the inverse in place of its adjoint": formula(
        left=lambda V: np.conj(inverse_adjoint(V))
    ),
    "Vectors in another order than the values": values(lambda w_bar: w_bar[..., ::-1]),
}
