"""A stand-in for CuPy over NumPy: `python -m pytest -p tests.cupy_stand_in --backend cupy` puts it in place.

It is not CuPy, and says nothing of a GPU. It has CuPy's documented differences from NumPy, so that what would
fail on a GPU for one of them fails here. Each names the place in the source of CuPy 14 that it mirrors.
"""

import math
import sys
from types import ModuleType

import numpy as np
import pytest


class ndarray:
    """An array on a GPU, as far as Python can tell."""

    __array_priority__ = 100

    def __init__(self, x):
        self.x = np.asarray(x)

    def __array__(self, *args, **kw):
        # cupy/_core/core.pyx, _ndarray_base.__array__
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`.")

    def get(self):
        return self.x.copy()

    @property
    def device(self):
        return Device(0)

    def __getattr__(self, name):
        if name.startswith("__"):  # no way in for NumPy
            raise AttributeError(name)
        found = getattr(self.x, name)
        return wrapped(found) if callable(found) else boxed(found)

    def __getitem__(self, key):
        return boxed(self.x[unboxed(key)])

    def __setitem__(self, key, value):
        self.x[unboxed(key)] = unboxed(value)

    def __len__(self):
        return len(self.x)

    def __iter__(self):
        return (boxed(part) for part in self.x)

    def __repr__(self):
        return f"stand-in for CuPy: {self.x!r}"


def _operator(name):
    def call(self, *others):
        if any(isinstance(other, np.ndarray) for other in others):
            # cupy/_core/_kernel.pyx, _preprocess_arg
            raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        result = getattr(self.x, name)(*(unboxed(other) for other in others))
        return result if result is NotImplemented else boxed(result)

    return call


BINARY = ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"]
for _name in (*BINARY, *(f"r{name}" for name in BINARY)):
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
for _name in ["neg", "pos", "abs", "invert", "lt", "le", "eq", "ne", "gt", "ge"]:
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
ndarray.__truediv__ = lambda self, other: boxed(divided(self.x, unboxed(other)))
for _name in ["bool", "int", "float", "complex", "index"]:  # these wait for the GPU, and are allowed
    setattr(ndarray, f"__{_name}__", lambda self, name=f"__{_name}__": getattr(self.x, name)())
ndarray.__hash__ = None


def divided(x, y):
    """Complex numbers as cupy/_core/include/cupy/complex/arithmetic.h has it: over inf they are NaN."""
    if np.result_type(x, y).kind != "c":
        return x / y
    with np.errstate(all="ignore"):
        scale = 1 / (abs(np.real(y)) + abs(np.imag(y)))
        re, im = np.real(y) * scale, np.imag(y) * scale
        norm = 1 / (re * re + im * im)
        result = np.empty(np.broadcast_shapes(np.shape(x), np.shape(y)), np.result_type(x, y))
        result.real = (np.real(x) * scale * re + np.imag(x) * scale * im) * norm
        result.imag = (np.imag(x) * scale * re - np.real(x) * scale * im) * norm
    return result


def boxed(x):
    """Arrays become arrays of the stand-in, scalars too: CuPy has arrays of no axes in their place."""
    if isinstance(x, np.ndarray | np.generic):
        return ndarray(x)
    if isinstance(x, tuple | list) and any(isinstance(part, np.ndarray | np.generic) for part in x):
        return tuple(map(boxed, x))  # plain tuples: cupy/linalg/_eigenvalue.py, _decomposition.py
    return x


def unboxed(x):
    if isinstance(x, ndarray):
        return x.x
    if isinstance(x, tuple | list):
        return type(x)(map(unboxed, x))
    return x


def wrapped(f):
    """A function of NumPy as one of CuPy: it takes no NumPy array, and gives none back."""

    def call(*args, **kw):
        for x in (*args, *kw.values()):
            if isinstance(x, np.ndarray) and x.ndim:
                raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        return boxed(f(*map(unboxed, args), **{key: unboxed(value) for key, value in kw.items()}))

    return call


def quiet(f):
    """Factorizations do not raise: what they give is undefined, cupyx/_seterr.py."""

    def call(*args, **kw):
        try:
            with np.errstate(all="ignore"):
                return f(*args, **kw)
        except np.linalg.LinAlgError as error:
            if "ingular" not in str(error) and "positive definite" not in str(error):
                raise
            return np.full(args[-1].shape, np.nan, args[0].dtype)

    return call


def solve(a, b):
    """cupy/linalg/_solve.py, solve: one vector, or as many matrices as in a; nothing broadcasts."""
    if b.ndim == 1:
        b = np.broadcast_to(b, a.shape[:-1])
        return quiet(np.linalg.solve)(a, b[..., None])[..., 0]
    if a.shape[:-1] != b.shape[:-1]:
        raise ValueError("a must have (..., M, M) shape and b must have (..., M, K) for multidimensional b")
    if a.ndim > 2 and a.size and not b.size:
        raise ZeroDivisionError("division by zero")  # cupy/cublas.py, batched_gesv; seen on a GPU
    return quiet(np.linalg.solve)(a, b)


def pinv(a, rcond=1e-15):
    """cupy/linalg/_solve.py, pinv."""
    return np.linalg.pinv(a, rcond=rcond)


def eig(a):
    """cupy/linalg/_eigenvalue.py: complex, also where all values are real."""
    w, v = np.linalg.eig(a)
    kind = np.result_type(a.dtype, np.complex64)
    return w.astype(kind), v.astype(kind)


def eigvals(a):
    """cupy/linalg/_eigenvalue.py: complex."""
    return eig(a)[0]


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=False):
    """cupyx/scipy/linalg/_solve_triangular.py: equal batches, none of them empty, the dtype that of a."""
    if a.ndim > 2 and a.shape[:-2] != b.shape[: a.ndim - 2]:
        raise ValueError("incompatible batch count")
    if a.ndim > 2 and math.prod(a.shape[:-2]) == 0:
        raise ValueError("too many values to unpack (expected 2)")
    if b.size == 0:
        raise ValueError("an empty matrix")
    read = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        read = np.where(np.eye(a.shape[-1], dtype=bool), 1, read)
    op = {"N": read, "T": read.mT, "C": np.conj(read.mT)}[trans]
    forward = lower == (trans == "N")
    return _substituted(op.astype(a.dtype), b.astype(a.dtype), range(a.shape[-1])[:: 1 if forward else -1])


def _substituted(T, x, order):
    """As BLAS does it: a zero on the diagonal makes inf, of that matrix alone."""
    with np.errstate(all="ignore"):
        for i in order:
            others = list(order)[list(order).index(i) + 1 :]
            x[..., i, :] /= T[..., i, i, None]
            x[..., others, :] -= T[..., others, i, None] * x[..., i, None, :]
    return x


def factor(A):
    """What linalg_vjp/_backends/_cupy_lu.py has of cuBLAS and cuSOLVER."""
    from linalg_vjp._backends import _numpy_lu

    F, pivots = _numpy_lu.factor(A.reshape(-1, *A.shape[-2:]))
    return F.reshape(A.shape), pivots.reshape(*A.shape[:-2], -1)


def lu_solve(F, pivots, B, adjoint):
    """The same file."""
    from linalg_vjp._backends import _numpy_lu

    return _numpy_lu.lu_solve(F, pivots, B, np, adjoint=adjoint)


def moved_rows(pivots, m):
    """The same file."""
    p = np.broadcast_to(np.arange(m), (*pivots.shape[:-1], m)).copy()
    for rows, changes in zip(p.reshape(-1, m), pivots.reshape(-1, pivots.shape[-1]), strict=True):
        for j, other in reversed(list(enumerate(changes))):
            rows[[j, other]] = rows[[other, j]]
    return p


class Device:
    """cupy/cuda/device.pyx."""

    def __init__(self, id=0):
        self.id = getattr(id, "id", id)

    def synchronize(self):
        """Nothing is ever under way here."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __eq__(self, other):
        return isinstance(other, Device) and self.id == other.id

    def __hash__(self):
        return self.id

    def __repr__(self):
        return f"<CUDA Device {self.id}>"


def array(x, dtype=None, copy=True, **kw):
    """From host or device alike: the one way in."""
    return ndarray(np.array(unboxed(x), dtype=dtype))


def module(name, **names):
    made = ModuleType(name, "A stand-in over NumPy.")
    vars(made).update(names)
    sys.modules[name] = made
    return made


def install():
    """Put the stand-in where CuPy would be."""
    if "cupy" in sys.modules:
        raise RuntimeError("cupy is imported already; the stand-in would hide it")
    take = {
        name: getattr(np, name)
        for name in dir(np)
        if not name.startswith("_") and name not in ("linalg", "fft")
    }
    names = {name: wrapped(f) if callable(f) and not isinstance(f, type) else f for name, f in take.items()}
    names |= {"ndarray": ndarray, "array": array, "asarray": array, "finfo": np.finfo, "iinfo": np.iinfo}
    names |= {
        name: take[name] for name in ("broadcast_shapes", "result_type", "isdtype", "issubdtype", "can_cast")
    }
    runtime = module("cupy.cuda.runtime", getDeviceCount=lambda: 1)
    factorizations = {name: wrapped(quiet(getattr(np.linalg, name))) for name in ("cholesky", "inv")}
    plain = {
        name: wrapped(getattr(np.linalg, name))
        for name in ("det", "eigh", "eigvalsh", "norm", "qr", "slogdet", "svd")
    }
    own = {"solve": solve, "pinv": pinv, "eig": eig, "eigvals": eigvals}
    own = {name: wrapped(f) for name, f in own.items()}
    linalg = module("cupy.linalg", lstsq=None, **own, **factorizations, **plain)
    cupy = module(
        "cupy",
        **names,
        __path__=[],
        __version__="0 (a stand-in)",
        linalg=linalg,
        fft=module("cupy.fft"),
        cuda=module(
            "cupy.cuda",
            Device=Device,
            device=module("cupy.cuda.device", Device=Device),
            runtime=runtime,
            __path__=[],
        ),
    )
    scipy_linalg = module("cupyx.scipy.linalg", solve_triangular=wrapped(solve_triangular))
    module("cupyx", scipy=module("cupyx.scipy", linalg=scipy_linalg, __path__=[]), __path__=[])
    lu = {"factor": factor, "solve": lu_solve, "moved_rows": moved_rows}
    module("linalg_vjp._backends._cupy_lu", **{name: wrapped(f) for name, f in lu.items()})
    return cupy


def pytest_configure(config):
    if config.getoption("--record"):
        raise pytest.UsageError("a run on the stand-in is no run on CuPy, and is not recorded")
    install()


def pytest_report_header(config):
    return "cupy: a stand-in over NumPy, not CuPy"
