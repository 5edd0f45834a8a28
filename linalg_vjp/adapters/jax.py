"""JAX: the functions of jax.numpy.linalg, differentiated by these rules, and the rules that JAX lacks.

>>> import jax
>>> from linalg_vjp.adapters import jax as L  # in place of: from jax.numpy import linalg as L
>>> A = jax.numpy.eye(3, 2)
>>> jax.grad(lambda A: L.qr(A, mode="complete")[1].sum())(A).shape  # jax.numpy.linalg.qr raises
(3, 2)

Names, arguments and results are those of jax.numpy.linalg. Products, and functions without a rule such as
`matrix_rank`, are JAX's own. The module `jax_scipy` does the same for jax.scipy.linalg. `install` puts both
into JAX itself, for code you did not write.
"""

from typing import TYPE_CHECKING

import jax
import jax.scipy.linalg

from .. import RULES
from .._namespaces import Array
from . import _jax_linalg, jax_scipy  # noqa: F401 - the functions of the first are in REPLACED
from ._installed import Block, Installation
from ._jax import OPERATIONS, function
from ._jax_words import REPLACED

OWN = {name: f for name, f in vars(jax.numpy.linalg).items() if callable(f) and not name.startswith("_")}
globals().update({**OPERATIONS, **OWN, **REPLACED})
__all__ = [*dict.fromkeys((*OWN, *RULES)), "OPERATIONS", "function", "install", "uninstall"]
if TYPE_CHECKING:
    from ._jax_functions import *  # noqa: F403


def toeplitz(c: Array, r: Array | None = None) -> Array:
    """Toeplitz matrix with first column c and first row r. Without r, the row is the conjugate of c."""
    return OPERATIONS["toeplitz"](c, jax.numpy.conj(c) if r is None else r)


INSTALLATION = Installation(
    [(jax.numpy.linalg, name, f) for name, f in REPLACED.items()]
    + [(jax.scipy.linalg, name, f) for name, f in jax_scipy.REPLACED.items()],
    changed=jax.clear_caches,  # cached traces still call the functions that were there before
)


def install() -> Block:
    """Put these functions into jax.numpy.linalg and jax.scipy.linalg, until `uninstall` or the block ends.

    Any code that looks up jax.numpy.linalg.svd when it is traced will use them, including code deep inside a
    library. Names that were imported before (``from jax.numpy.linalg import svd``), exported programs, and
    JAX's own code are not affected. JAX's caches are cleared on installing and on restoring.

    Returns
    -------
    context manager
        Leaving it restores JAX's own functions, unless another block or `install` is still active.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> def loss(A):
    ...     U, _, Vh = jnp.linalg.svd(A)
    ...     return (U @ Vh)[0, 1]
    >>> with install():
    ...     gradient = jax.grad(loss)(jnp.eye(2))
    >>> gradient.tolist()  # JAX's own derivative is NaN
    [[0.0, 0.5], [-0.5, 0.0]]
    """
    return INSTALLATION.put()


def uninstall() -> None:
    """Restore JAX's own functions."""
    INSTALLATION.take_out()
