"""Law 8: tests of the checker itself. A library has made each of these mistakes."""

import textwrap
from dataclasses import replace

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import CheckError, check_loss, check_rule
from linalg_vjp.testing.ties import tied_eigh, tied_svd

from .random_inputs import general, hermitian, positive
from .rules.test_lu import cyclic


def planted(name, *, vjp=None, jvp=None):
    """A built-in rule with a changed formula. `vjp` and `jvp` get the true result and the arguments."""
    rule = lv.RULES[name]
    changes = {}
    if vjp is not None:
        changes["op_vjp"] = lambda *args, **kw: vjp(rule.op_vjp(*args, **kw), *args)
    if jvp is not None:
        changes["op_jvp"] = lambda *args, **kw: jvp(rule.op_jvp(*args, **kw), *args)
    return replace(rule, **changes)


def caught(rule, *inputs, match=None, **params):
    """The checker rejects the rule, and the correct rule passes at the same input."""
    check_rule(lv.RULES[rule.name], inputs, **params)
    with pytest.raises(CheckError, match=match):
        check_rule(rule, inputs, **params)


def pasted(error):
    """The code at the end of an error message."""
    text = str(error)
    return textwrap.dedent(text[text.index("    from numpy") :])


C = "complex128"


def test_a_missing_conjugate():
    def transposes(X, X_bar, *, xp):
        return (-(X.mT @ X_bar @ X.mT),)

    caught(replace(lv.RULES["inv"], op_vjp=transposes), general(3, 3, dtype=C))
    check_rule(replace(lv.RULES["inv"], op_vjp=transposes), [general(3, 3)])  # not visible for a real input


def test_a_conjugate_in_the_determinant():
    caught(planted("det", vjp=lambda r, *_: (np.conj(r[0]),)), general(3, 3, dtype=C))


def test_a_halved_diagonal_that_is_whole():
    def whole(result, L, L_bar):
        extra = np.linalg.inv(L).mT @ (np.eye(3) * (L.mT @ L_bar)) @ np.linalg.inv(L) / 2
        return (result[0] + extra,)

    caught(planted("cholesky", vjp=whole), positive(3))


def test_the_triangular_representative_of_a_hermitian_cotangent():
    def lower(result, *_):
        (A_bar,) = result
        return (np.tril(A_bar) + np.tril(A_bar, -1),)

    caught(planted("cholesky", vjp=lower), positive(3))
    caught(planted("eigh", vjp=lower), hermitian(3))


def test_the_transpose_of_P():
    """A symmetric P hides this mistake: where P is an involution, the planted rule passes."""
    rule = lv.RULES["lu"]

    def transposed(p, L, U, *bars, **kw):
        return rule.op_vjp(np.argsort(p, axis=-1), L, U, *bars, **kw)

    wrong = replace(rule, op_vjp=transposed)
    caught(wrong, cyclic(3, 3))
    swap = np.asarray([[0.1, 3.0], [2.0, 1.0]])
    check_rule(wrong, [swap])


def test_the_transpose_of_P_both_ways():
    """The pullback and the pushforward have the same mistake, so only the oracle shows it."""
    rule = lv.RULES["lu"]
    wrong = replace(
        rule,
        op_vjp=lambda p, *a, **kw: rule.op_vjp(np.argsort(p, axis=-1), *a, **kw),
        op_jvp=lambda p, *a, **kw: rule.op_jvp(np.argsort(p, axis=-1), *a, **kw),
    )
    caught(wrong, cyclic(4, 4), match="should be")


def test_a_wrong_gauge():
    """Leaves out the phase of the columns of Q, which is invisible for real matrices."""
    rule = lv.RULES["qr"]

    def no_phase(Q, R, Q_bar, R_bar, **kw):
        if Q_bar is not None:
            turn = np.einsum("...ij,...ij->...j", np.conj(Q), Q_bar).imag
            Q_bar = Q_bar - Q * (1j * turn[..., None, :])
        return rule.op_vjp(Q, R, Q_bar, R_bar, **kw)

    caught(replace(rule, op_vjp=no_phase), general(3, 3, dtype=C))
    check_rule(replace(rule, op_vjp=no_phase), [general(3, 3)])


def test_the_phase_of_the_svd_left_out():
    def no_phase(result, U, S, Vh, U_bar, S_bar, Vh_bar):
        if U_bar is None:
            return result
        turn = np.einsum("...ij,...ij->...j", np.conj(U), U_bar).imag
        return (result[0] - (U * (1j * turn / (2 * S))[..., None, :]) @ Vh,)

    caught(planted("svd", vjp=no_phase), general(3, 3, dtype=C), full_matrices=False)


def test_a_summed_batch_axis():
    def summed(result, *_):
        return tuple(np.broadcast_to(x.sum(axis=0, keepdims=True), x.shape) for x in result)

    caught(planted("inv", vjp=summed), general(2, 3, 3))
    caught(planted("inv", vjp=summed, jvp=summed), general(2, 3, 3))


def test_a_batch_wrong_alike_in_each_slice():
    """If every slice has the same mistake, the batch still agrees with its slices."""
    caught(planted("inv", vjp=lambda r, *_: (2 * r[0],), jvp=lambda r, *_: (2 * r[0],)), general(2, 3, 3))


def test_one_output_alone():
    """Right when both cotangents are given, wrong for the cotangent of one output."""
    rule = lv.RULES["qr"]

    def forgets(Q, R, Q_bar, R_bar, **kw):
        if R_bar is None:
            return rule.op_vjp(Q, R, Q_bar / 2, None, **kw)
        return rule.op_vjp(Q, R, Q_bar, R_bar, **kw)

    caught(replace(rule, op_vjp=forgets), general(3, 3))


def test_zeros_in_place_of_none():
    rule = lv.RULES["eigh"]

    def picky(w, V, w_bar, V_bar, **kw):
        (A_bar,) = rule.op_vjp(w, V, w_bar, V_bar, **kw)
        return (A_bar if V_bar is None or np.any(V_bar) else A_bar + 1,)

    caught(replace(rule, op_vjp=picky), hermitian(3), match="sum of its parts")


def test_the_extra_columns_of_a_full_svd_forgotten():
    tied = tied_svd(np.random.default_rng(0), 4, 2, [1, 1], 0, "float64")
    rule = lv.RULES["svd"]

    def forgets(U, S, Vh, U_bar, S_bar, Vh_bar, **kw):
        U_bar = U_bar.copy()
        U_bar[..., 2:] = 0
        return rule.op_vjp(U, S, Vh, U_bar, S_bar, Vh_bar, **kw)

    check_loss(rule, [tied.A], tied.loss, tied.cotangents)
    with pytest.raises(CheckError, match="derivative of the loss") as error:
        check_loss(replace(rule, op_vjp=forgets), [tied.A], tied.loss, tied.cotangents)
    exec(pasted(error.value), {})


def test_the_imaginary_part_dropped():
    """A is real and B is complex, and the cotangent of B loses its imaginary part."""
    rule = lv.RULES["solve_triangular"]

    def drops(A, X, X_bar, **kw):
        A_bar, B_bar = rule.op_vjp(A, X, X_bar, **kw)
        return A_bar, B_bar.real + 0j

    caught(replace(rule, op_vjp=drops), general(3, 3) + 3 * np.eye(3), general(3, 2, dtype=C))


def test_a_modified_input():
    rule = lv.RULES["inv"]

    def clobbers(A, *, xp):
        result = rule.op(A, xp=xp)
        A += 1
        return result

    with pytest.raises(CheckError):
        check_rule(replace(rule, op=clobbers), [general(3, 3)])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x: x[..., :1], "shape|broadcast"),
        (lambda x: x * np.nan, "should be"),
        (lambda x: x * (1 + 1e-9), "should be"),
    ],
    ids=["shape", "nan", "a billionth"],
)
def test_a_bad_result(change, match):
    wrong = planted("inv", vjp=lambda r, *_: (change(r[0]),))
    with pytest.raises((CheckError, ValueError), match=match):
        check_rule(wrong, [general(3, 3)])


def test_another_forward():
    """The pullback is right, but for another function than the forward computes."""
    for name, change in (("det", 2), ("svdvals", 2), ("inv", 1.0001)):
        rule = lv.RULES[name]

        def other(A, *, xp, rule=rule, change=change):
            return tuple(change * y for y in rule.op(A, xp=xp))

        with pytest.raises(CheckError):
            check_rule(replace(rule, op=other), [general(3, 3)])


@pytest.mark.parametrize("which", ["saved", "cotangent"])
def test_a_modified_argument(which):
    def clobbers(X, X_bar, *, xp):
        result = -(X.mT @ X_bar @ X.mT)
        (X if which == "saved" else X_bar)[...] = 0
        return (result,)

    with pytest.raises(CheckError):
        check_rule(replace(lv.RULES["inv"], op_vjp=clobbers), [general(3, 3)])


def test_a_batch_that_is_pushed_wrong():
    def rolled(result, *_):
        return tuple(np.roll(x, 1, axis=0) for x in result)

    caught(planted("inv", jvp=rolled), general(2, 3, 3))


def test_a_batch_mixed_up_beside_a_large_slice():
    """A slice with a huge gradient must not hide that two other slices are swapped."""
    for last in (1e-9 * general(3, 3, seed=5), np.diag([1.0, 1.0, 1e-13])):
        A = np.stack([general(3, 3, seed=1), general(3, 3, seed=2), last])

        def mixed(result, *_):
            return tuple(x[[1, 0, 2]] if x.ndim == 3 else x for x in result)

        caught(planted("inv", vjp=mixed), A)
        caught(planted("inv", vjp=mixed, jvp=mixed), A)


def test_a_pushforward_that_is_nan_at_ties():
    """check_loss also checks the pushforward."""
    tied = tied_eigh(np.random.default_rng(0), [2, 1], "float64")
    wrong = planted("eigh", jvp=lambda r, *_: (r[0], r[1] * np.nan))
    check_loss(lv.RULES["eigh"], [tied.A], tied.loss, tied.cotangents)
    with pytest.raises(CheckError, match="pushforward"):
        check_loss(wrong, [tied.A], tied.loss, tied.cotangents)
    with pytest.raises(ValueError, match="own: check_loss needs an oracle"):
        check_loss(replace(wrong, name="own"), [tied.A], tied.loss, tied.cotangents)
