"""As much of the Array API over HIPS autograd's boxes as the rules use, to differentiate their traces.

autograd's boxes lack the standard's attributes; they are given to them here. Single matrices only.
"""

import types

import autograd.numpy as anp
import numpy as np
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import getval, isbox

__all__ = ["namespace"]

namespace = types.ModuleType("autograd_namespace")

ArrayBox.mT = property(lambda self: anp.swapaxes(self, -1, -2))
ArrayBox.device = property(lambda self: "cpu")
ArrayBox.__array_namespace__ = lambda self, api_version=None: namespace


def _made(function):
    """A function that makes an array, without the standard's device."""
    return lambda *args, device=None, **kw: function(*args, **kw)


def _take_along_axis(x, indices, axis):
    return x[indices[:, 0]] if len(indices.shape) == 2 else x[indices]


def _diagonal(x):
    n = min(x.shape)
    return x[np.arange(n), np.arange(n)]


def _argmax(x, axis=-1, keepdims=False):
    return np.argmax(getval(x), axis=axis, keepdims=keepdims)


def _where(condition, x, y):
    # autograd's own forgets to sum over the axes along which x or y was broadcast.
    if not isbox(x) and not isbox(y):
        return np.where(condition, x, y)
    zeros = np.zeros(np.broadcast_shapes(np.shape(condition), np.shape(x), np.shape(y)))
    return anp.where(condition, x + zeros, y + zeros)


def _extreme(function):
    # autograd's max and min divide their gradient among the ties, as they should.
    return lambda x, axis=None, keepdims=False: function(x, axis=axis, keepdims=keepdims)


for name in (
    "abs",
    "arange",
    "argsort",
    "broadcast_to",
    "conj",
    "expand_dims",
    "imag",
    "matmul",
    "real",
    "sign",
):
    setattr(namespace, name, getattr(anp, name))
for name in ("reshape", "result_type", "squeeze", "sum", "tril", "triu", "zeros_like", "ones_like"):
    setattr(namespace, name, getattr(anp, name))
namespace.where = _where
namespace.eye, namespace.zeros, namespace.arange = _made(anp.eye), _made(anp.zeros), _made(np.arange)
namespace.maximum, namespace.clip = anp.maximum, anp.clip
namespace.floor, namespace.log2, namespace.full_like = anp.floor, anp.log2, anp.full_like
namespace.concat = lambda arrays, axis=0: anp.concatenate(arrays, axis=axis)
namespace.astype = lambda x, dtype, copy=True: x.astype(dtype)
namespace.take_along_axis, namespace.argmax = _take_along_axis, _argmax
namespace.argsort = lambda x, axis=-1: np.argsort(getval(x), axis=axis)
namespace.max, namespace.min = _extreme(anp.max), _extreme(anp.min)
namespace.isdtype, namespace.finfo, namespace.int32 = np.isdtype, np.finfo, np.int32
namespace.linalg = types.SimpleNamespace(
    inv=anp.linalg.inv,
    solve=anp.linalg.solve,
    eigh=anp.linalg.eigh,
    svd=anp.linalg.svd,
    diagonal=_diagonal,
    matrix_norm=lambda A, keepdims: anp.sqrt(anp.sum(A**2, keepdims=keepdims)),
)
