"""inv."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    check_rule(lv.RULES["inv"], [target.asarray(general(2, n, n, dtype=dtype))])


def test_outside_the_domain_the_forward_decides():
    with pytest.raises(np.linalg.LinAlgError):
        lv.vjp("inv", np.zeros((2, 2)))


# The mistakes of rules/inv.md: what to write in place of what, in the code of the rule.
MISTAKES = {
    "X in place of its adjoint": {"Xh = adjoint(X, xp)": "Xh = X"},
    "Transposes in place of adjoints": {"Xh = adjoint(X, xp)": "Xh = X.mT"},
    "The sign is forgotten": {"return (-(Xh @ X_bar @ Xh),)": "return (Xh @ X_bar @ Xh,)"},
    "The factors are in another order": {"return (-(Xh @ X_bar @ Xh),)": "return (-(Xh @ Xh @ X_bar),)"},
    "All axes are reversed, and not the last two": {"Xh = adjoint(X, xp)": "Xh = np.conj(X).T"},
}
