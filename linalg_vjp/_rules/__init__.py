"""The built-in rules: one file each, always in the same order: definition, op, VJP, JVP, record."""

from collections.abc import Mapping
from types import MappingProxyType

from .._rule import Rule
from .cholesky import CHOLESKY
from .det import DET, SLOGDET
from .eigh import EIGH, EIGVALSH
from .inv import INV
from .lu import LU
from .matrix_norm import MATRIX_NORM
from .pinv import PINV
from .qr import QR
from .solve import SOLVE
from .solve_triangular import SOLVE_TRIANGULAR
from .svd import SVD, SVDVALS
from .vector_norm import VECTOR_NORM

__all__ = ["RULES"]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            QR,
            CHOLESKY,
            LU,
            SVD,
            SVDVALS,
            EIGH,
            EIGVALSH,
            SOLVE_TRIANGULAR,
            INV,
            SOLVE,
            DET,
            SLOGDET,
            PINV,
            VECTOR_NORM,
            MATRIX_NORM,
        )
    }
)
