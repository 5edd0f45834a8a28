"""Gradient rules for linear algebra, written once against the Python Array API standard.

>>> import numpy as np
>>> import linalg_vjp as lv
>>> (Q, R), pullback = lv.vjp("qr", np.asarray([[3.0, 1.0], [4.0, 2.0]]))
>>> (A_bar,) = pullback(None, np.eye(2))  # one cotangent per output, None is zero
>>> A_bar.shape
(2, 2)

`RULES` maps the name of each op to its `Rule`; `<name>_vjp` and `<name>_jvp` are the bare formulas.
"""

from ._api import jvp, vjp
from ._gauge import GaugeError
from ._params import Param, one_of
from ._rule import Rule
from ._rules import RULES
from ._rules.cholesky import cholesky_jvp, cholesky_vjp
from ._rules.det import det_jvp, det_vjp, slogdet_jvp, slogdet_vjp
from ._rules.eigh import eigh_jvp, eigh_vjp, eigvalsh_jvp, eigvalsh_vjp
from ._rules.inv import inv_jvp, inv_vjp
from ._rules.lu import lu_jvp, lu_vjp
from ._rules.matrix_norm import matrix_norm_jvp, matrix_norm_vjp
from ._rules.pinv import pinv_jvp, pinv_vjp
from ._rules.qr import qr_jvp, qr_vjp
from ._rules.solve import solve_jvp, solve_vjp
from ._rules.solve_triangular import solve_triangular_jvp, solve_triangular_vjp
from ._rules.svd import svd_jvp, svd_vjp, svdvals_jvp, svdvals_vjp
from ._rules.vector_norm import vector_norm_jvp, vector_norm_vjp

__version__ = "0.1.0"

__all__ = [
    "RULES",
    "GaugeError",
    "Param",
    "Rule",
    "cholesky_jvp",
    "cholesky_vjp",
    "det_jvp",
    "det_vjp",
    "eigh_jvp",
    "eigh_vjp",
    "eigvalsh_jvp",
    "eigvalsh_vjp",
    "inv_jvp",
    "inv_vjp",
    "jvp",
    "lu_jvp",
    "lu_vjp",
    "matrix_norm_jvp",
    "matrix_norm_vjp",
    "one_of",
    "pinv_jvp",
    "pinv_vjp",
    "qr_jvp",
    "qr_vjp",
    "slogdet_jvp",
    "slogdet_vjp",
    "solve_jvp",
    "solve_triangular_jvp",
    "solve_triangular_vjp",
    "solve_vjp",
    "svd_jvp",
    "svd_vjp",
    "svdvals_jvp",
    "svdvals_vjp",
    "vector_norm_jvp",
    "vector_norm_vjp",
    "vjp",
]
