# ruff: noqa: F403, I001
"""The built-in rules. Each file has the same order: definition, op, VJP, JVP, record.

A rule is registered here, by the line that imports its file, and nowhere else.
"""

from collections.abc import Mapping
from types import MappingProxyType

from .._rule import Rule, registered
from .qr import *
from .householder_product import *
from .cholesky import *
from .lu import *
from .lu_factor import *
from .svd import *
from .svd_truncated import *
from .polar import *
from .eigh import *
from .eigh_truncated import *
from .eigh_generalized import *
from .eig import *
from .schur import *
from .solve_triangular import *
from .inv import *
from .solve import *
from .banded import *
from .det import *
from .logdet import *
from .cholesky_solve import *
from .pinv import *
from .tensorsolve import *
from .lstsq import *
from .procrustes import *
from .vector_norm import *
from .matrix_norm import *
from .cond import *
from .trace import *
from .views import *
from .matmul import *
from .multi_dot import *
from .structured import *
from .vector_products import *
from .tensordot import *
from .kron import *
from .matrix_power import *
from .expm import *
from .expm_multiply import *
from .logm import *
from .sqrtm import *
from .fractional_matrix_power import *
from .signm import *
from .funm_hermitian import *
from .projector_h import *
from .projector import *
from .svd_function import *
from .sylvester import *
from .solve_sylvester import *
from .solve_lyapunov import *
from .solve_are import *

RULES: Mapping[str, Rule] = MappingProxyType(
    registered(rule for rule in list(vars().values()) if isinstance(rule, Rule))
)

# Linear algebra operations of the Array API standard that have no derivative, and why.
WITHOUT_DERIVATIVE = {"matrix_rank": "its result is an integer"}

# The registry, and the bare functions of each rule.
__all__ = [
    "RULES",
    "WITHOUT_DERIVATIVE",
    *sorted(f"{name}_{kind}" for name in RULES for kind in ("vjp", "jvp")),
]
