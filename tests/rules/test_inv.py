"""Tests of inv."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, reverse_axes, wrong


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    check_rule(lv.RULES["inv"], [target.asarray(general(2, n, n, dtype=dtype))])


def test_outside_the_domain_the_forward_decides():
    with pytest.raises(np.linalg.LinAlgError):
        lv.vjp("inv", np.zeros((2, 2)))


# The mistakes of rules/inv.md.
def formula(pullback):
    return wrong("inv", op_vjp=lambda X, X_bar, *, xp: (pullback(X, X_bar),))


MISTAKES = {
    "X in place of its adjoint": formula(lambda X, X_bar: -X @ X_bar @ X),
    "Transposes in place of adjoints": formula(lambda X, X_bar: -X.mT @ X_bar @ X.mT),
    "The sign is forgotten": formula(lambda X, X_bar: adjoint(X) @ X_bar @ adjoint(X)),
    "The factors are in another order": formula(lambda X, X_bar: -adjoint(X) @ adjoint(X) @ X_bar),
    "All axes are reversed, and not the last two": formula(
        lambda X, X_bar: -reverse_axes(X) @ X_bar @ reverse_axes(X)
    ),
}
