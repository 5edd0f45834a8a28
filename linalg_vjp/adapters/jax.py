"""JAX: jax.numpy.linalg's functions, differentiated by these rules, and the rules that it lacks.

>>> import jax
>>> from linalg_vjp.adapters import jax as L  # in place of: from jax.numpy import linalg as L
>>> A = jax.numpy.eye(3, 2)
>>> jax.grad(lambda A: L.qr(A, mode="complete")[1].sum())(A).shape  # jax.numpy.linalg.qr raises
(3, 2)

Names, arguments and results are jax.numpy.linalg's; functions without a rule, such as `matrix_rank`, and
products are its own. `jax_scipy` beside this module has those of jax.scipy.linalg. `install` puts both into
JAX itself, for code you did not write.
"""

from typing import TYPE_CHECKING, Any

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

    def __getattr__(name: str) -> Any:
        """The function of each rule, and each of jax.numpy.linalg."""


def toeplitz(c: Array, r: Array | None = None) -> Array:
    """The matrix of a first column and a first row, which is the conjugate of the column without it."""
    return OPERATIONS["toeplitz"](c, jax.numpy.conj(c) if r is None else r)


INSTALLATION = Installation(
    [(jax.numpy.linalg, name, f) for name, f in REPLACED.items()]
    + [(jax.scipy.linalg, name, f) for name, f in jax_scipy.REPLACED.items()],
    changed=jax.clear_caches,  # of traces, in which the others stand
)


def install() -> Block:
    """Put the functions of this adapter into jax.numpy.linalg and jax.scipy.linalg, until `uninstall`.

    Code that looks up jax.numpy.linalg.svd when it is traced finds them, deep inside a library too. It does
    not reach names that were imported before (``from jax.numpy.linalg import svd``), exported programs, and
    JAX's own code. What JAX has traced is forgotten, before and after.

    Returns
    -------
    context manager
        Leaving it restores the host's own functions, unless another block or `install` still holds these.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> def loss(A):
    ...     U, _, Vh = jnp.linalg.svd(A)
    ...     return (U @ Vh)[0, 1]
    >>> with install():
    ...     gradient = jax.grad(loss)(jnp.eye(2))
    >>> gradient.tolist()  # NaN by JAX's own derivative
    [[0.0, 0.5], [-0.5, 0.0]]
    """
    return INSTALLATION.put()


def uninstall() -> None:
    """Give JAX its own functions back."""
    INSTALLATION.take_out()
