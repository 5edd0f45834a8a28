"""The only import of array-api-compat, and the types in the library's signatures.

A host that vendors its own array-api-compat adds a file `_array_api_compat_vendor.py` next to the copied
`linalg_vjp/` folder, in the package that contains it. The file has one line, such as
`from .my_array_api_compat import *`. Without that file, the installed array-api-compat is used.
"""

import functools
from typing import Any

HOOK = "_array_api_compat_vendor"
REQUIREMENT = "array-api-compat>=1.14"

try:
    from ..._array_api_compat_vendor import (  # type: ignore[import-not-found]
        array_namespace as compat_namespace,
    )
    from ..._array_api_compat_vendor import (
        device as compat_device,
    )
    from ..._array_api_compat_vendor import (
        is_cupy_namespace,
        is_dask_namespace,
        is_jax_namespace,
        is_numpy_namespace,
        is_torch_namespace,
    )
except ImportError as error:
    # Normally the hook is missing, or no package contains this library. But the error of a hook that exists
    # must not be hidden.
    missing = isinstance(error, ModuleNotFoundError) and str(error.name).endswith(HOOK)
    if "." in __name__.removesuffix("._namespaces") and not missing:
        raise
    try:
        from array_api_compat import array_namespace as compat_namespace
        from array_api_compat import device as compat_device
        from array_api_compat import (
            is_cupy_namespace,
            is_dask_namespace,
            is_jax_namespace,
            is_numpy_namespace,
            is_torch_namespace,
        )
    except ModuleNotFoundError as absent:
        raise ModuleNotFoundError(
            "array-api-compat, which this library needs for every array, is not installed: pip install "
            f"'{REQUIREMENT}', or vendor it and import your copy in a file {HOOK}.py next to this library",
            name="array_api_compat",
        ) from absent

__all__ = [
    "Array",
    "Namespace",
    "array_namespace",
    "device",
    "is_cupy_namespace",
    "is_dask_namespace",
    "is_jax_namespace",
    "is_numpy_namespace",
    "is_torch_namespace",
    "keeps_to_standard",
    "meet",
    "namespace",
    "same_device",
]

# The standard has no static types for arrays and namespaces; these names are for the reader.
Array = Any
Namespace = Any


@functools.cache
def _standard(xp: Namespace) -> Namespace:
    # These two are close to the standard, but array-api-compat does not complete them.
    if xp.__name__ == "mlx.core":
        from . import mlx

        return mlx
    if xp.__name__ in ("autograd.numpy", "autograd.numpy.numpy_wrapper"):
        from . import autograd

        return autograd
    return xp


def array_namespace(*arrays: Array) -> Namespace:
    """The namespace that the arrays share, completed to the standard."""
    return _standard(compat_namespace(*arrays))


def device(x: Array) -> Any:
    """The device of an array; None if the library has none."""
    library = type(x).__module__
    if library in ("numpy", "autograd.numpy.numpy_boxes"):
        return "cpu"
    if library == "torch":  # array-api-compat returns the same, after many checks
        return x.device
    return None if library == "mlx.core" else compat_device(x)


@functools.cache
def keeps_to_standard(xp: Namespace) -> bool:
    """Whether a user's `xp` can be used as it is; torch and mlx.core cannot."""
    return hasattr(xp, "isdtype") and _standard(xp) is xp


def namespace(xp: Namespace | None, *arrays: Array | None) -> Namespace:
    """`xp` if it can be used as it is, else the namespace that the arrays share."""
    if xp is not None and keeps_to_standard(xp):
        return xp
    found = array_namespace(*(a for a in arrays if a is not None))
    if is_dask_namespace(found):
        raise TypeError(
            "a bare formula needs arrays in memory, but these are Dask arrays; use linalg_vjp.vjp, "
            "linalg_vjp.jvp or RULES[name], which run it chunk by chunk"
        )
    return found


def meet(a: Namespace, b: Namespace, xp: Namespace) -> bool:
    """Whether arrays of two namespaces can be combined in one operation of `xp`."""
    if a is b:
        return True
    # To autograd, plain arrays are constants.
    to_autograd = xp.__name__.endswith("_namespaces.autograd")
    return to_autograd and all(n.__name__ == xp.__name__ or is_numpy_namespace(n) for n in (a, b))


def same_device(a: Array, b: Array, xp: Namespace) -> bool:
    """Whether the devices of two arrays let them be combined in one operation."""
    # NumPy has one device; JAX lets shardings differ and checks by itself.
    return bool(is_numpy_namespace(xp) or is_jax_namespace(xp) or device(a) == device(b))
