"""A stand-in for CuPy that wraps NumPy: `python -m pytest -p tests.cupy_stand_in --backend cupy` installs it.

It is not CuPy, and tests nothing of a GPU. It has CuPy's documented differences from NumPy, so code that one
of them would break on a GPU fails here. Each names the place in the source of CuPy 14 that it mirrors.
Its linear algebra is in cupy_linalg.py; test_cupy_interface.py compares its names and calls with CuPy's.
"""

import atexit
import functools
import json
import os
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from . import cupy_linalg

# Names that NumPy has and CuPy lacks.
ABSENT = """
    False_ ScalarType True_ asmatrix block bmat busday_count busday_offset busdaycalendar bytes_ character
    clongdouble complex256 datetime64 datetime_as_string datetime_data einsum_path errstate flexible float128
    frompyfunc fromregex geomspace get_include getbufsize geterr geterrcall histogram_bin_edges info insert
    is_busday isnat little_endian longdouble matrix matvec memmap nanpercentile nanquantile ndenumerate
    nditer nested_iters object_ polyder polydiv polyint recarray record sctypeDict setbufsize seterr
    seterrcall show_runtime spacing str_ test timedelta64 typecodes unstack vecdot vecmat void
"""
# Names that CuPy implements differently. Nothing here needs them.
OTHER = {"broadcast", "c_", "flatiter", "mgrid", "ogrid", "poly1d", "r_", "ufunc", "vectorize"}
ARRAYS_LACK = {"ctypes", "getfield", "resize", "setfield", "setflags", "to_device"}

CALLS = set()  # the module, the name, the number of positional arguments, the keywords


def noted(module, name):
    """A function that records its calls."""

    def decorate(f):
        def call(*args, **kw):
            CALLS.add((module, name, len(args), *kw))
            return f(*args, **kw)

        return call

    return decorate


class ndarray:
    """An array that behaves in Python as an array on a GPU does."""

    __array_priority__ = 100

    def __init__(self, x):
        self._host = np.asarray(x)

    def __array__(self, *args, **kw):
        # cupy/_core/core.pyx, _ndarray_base.__array__
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`.")

    @noted("cupy", "ndarray.get")
    def get(self):
        return self._host.copy()

    @property
    def device(self):
        return Device(0)

    @property
    def data(self):
        return SimpleNamespace(ptr=self._host.ctypes.data)

    def __getattr__(self, name):
        if name.startswith("_") or name in ARRAYS_LACK:  # NumPy must not convert it silently
            raise AttributeError(name)
        found = getattr(self._host, name)
        if not callable(found):
            return boxed(found)
        method = wrapped(getattr(np.ndarray, name))
        return functools.partial(noted("cupy", f"ndarray.{name}")(method), self)

    def __getitem__(self, key):
        return boxed(self._host[unboxed(key)])

    def __setitem__(self, key, value):
        self._host[unboxed(key)] = unboxed(value)

    def __len__(self):
        return len(self._host)

    def __iter__(self):
        return (boxed(part) for part in self._host)

    def __repr__(self):
        return f"stand-in for CuPy: {self._host!r}"


def _operator(name):
    def call(self, *others):
        if any(isinstance(other, np.ndarray) for other in others):
            # cupy/_core/_kernel.pyx, _preprocess_arg
            raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        result = getattr(self._host, name)(*(unboxed(other) for other in others))
        return result if result is NotImplemented else boxed(result)

    return call


BINARY = ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"]
for _name in (*BINARY, *(f"r{name}" for name in BINARY)):
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
for _name in ["neg", "pos", "abs", "invert", "lt", "le", "eq", "ne", "gt", "ge"]:
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
ndarray.__truediv__ = lambda self, other: boxed(divided(self._host, unboxed(other)))
for _name in ["bool", "int", "float", "complex"]:  # allowed, although on a GPU they synchronize
    setattr(ndarray, f"__{_name}__", lambda self, name=f"__{_name}__": getattr(self._host, name)())
ndarray.__hash__ = None


def divided(x, y):
    """Divide complex numbers as cupy/_core/include/cupy/complex/arithmetic.h: over inf they are NaN."""
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
    """Convert arrays to arrays of the stand-in. Scalars too: CuPy returns 0-D arrays instead of them."""
    if isinstance(x, np.ndarray | np.generic):
        return ndarray(x)
    if isinstance(x, tuple | list) and any(isinstance(part, np.ndarray | np.generic) for part in x):
        return tuple(map(boxed, x))  # plain tuples: cupy/linalg/_eigenvalue.py, _decomposition.py
    return x


def unboxed(x):
    if isinstance(x, ndarray):
        return x._host
    if isinstance(x, tuple | list):
        return type(x)(map(unboxed, x))
    return x


def wrapped(f):
    """A NumPy function as a CuPy function, which neither takes nor returns NumPy arrays."""

    def call(*args, **kw):
        for x in (*args, *kw.values()):
            if isinstance(x, np.ndarray) and x.ndim:
                raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        return boxed(f(*map(unboxed, args), **{key: unboxed(value) for key, value in kw.items()}))

    return call


class Device:
    """cupy/cuda/device.pyx."""

    @noted("cupy.cuda", "Device.__init__")
    def __init__(self, device=None):
        self.id = getattr(device, "id", device or 0)

    @noted("cupy.cuda", "Device.synchronize")
    def synchronize(self):
        """Do nothing: no work is ever pending here."""

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


class ElementwiseKernel:
    """A C kernel. The function of its name in cupy_linalg.py runs in its place."""

    @noted("cupy", "ElementwiseKernel.__init__")
    def __init__(self, in_params, out_params, operation, name="kernel"):
        self.operation = operation
        self._stand_in = wrapped(getattr(cupy_linalg, name.removeprefix("linalg_vjp_")))

    @noted("cupy", "ElementwiseKernel.__call__")
    def __call__(self, *args, size):
        self._stand_in(*args)
        return args[-1]


def array(obj, dtype=None, copy=True, order="K"):
    """Make an array from host or device memory. This is the only way to copy from the host."""
    there = isinstance(obj, ndarray)
    x = np.array(unboxed(obj), dtype=dtype, copy=copy or not there or None, order=order)
    return obj if there and x is obj._host else ndarray(x)


def asarray(a, dtype=None, order=None, *, copy=None):
    """As `array`, without copying an array of CuPy."""
    return array(a, dtype, bool(copy), order or "K")


def from_numpy():
    """The functions that behave as NumPy's functions of the same names."""
    left_out = {*ABSENT.split(), *OTHER}
    for name in dir(np):
        found = getattr(np, name)
        if not name.startswith("_") and name not in left_out and not isinstance(found, ModuleType):
            yield name, wrapped(found) if callable(found) and not isinstance(found, type) else found


def contents():
    """The names that each module holds."""
    linalg = ("det", "eigh", "eigvalsh", "lstsq", "norm", "qr", "slogdet", "svd")
    own = ("eig", "eigvals", "pinv", "solve")
    arrays = {"ndarray": ndarray, "array": array, "asarray": asarray, "ElementwiseKernel": ElementwiseKernel}
    yield "cupy", dict(from_numpy()) | arrays
    yield "cupy.fft", {}
    yield (
        "cupy.linalg",
        {name: wrapped(getattr(np.linalg, name)) for name in linalg}
        | {name: wrapped(cupy_linalg.quiet(getattr(np.linalg, name))) for name in ("cholesky", "inv")}
        | {name: wrapped(getattr(cupy_linalg, name)) for name in own},
    )
    yield "cupy.cuda", {"Device": Device}
    yield "cupy.cuda.device", {"Device": Device, "get_cublas_handle": lambda: 0}
    yield "cupy.cuda.runtime", {"getDeviceCount": lambda: 1}
    constants = {name: getattr(cupy_linalg, name) for name in ("CUBLAS_OP_C", "CUBLAS_OP_N")}
    yield "cupy.cuda.cublas", cupy_linalg.CUBLAS | constants
    yield "cupyx", {}
    yield "cupyx.scipy", {}
    solvers = ("lu_factor", "lu_solve", "solve_triangular")
    yield "cupyx.scipy.linalg", {name: wrapped(getattr(cupy_linalg, name)) for name in solvers}


def modules():
    """The modules by name. Their functions record each call."""
    made = {}
    for name, names in contents():
        made[name] = ModuleType(name, "A stand-in over NumPy.")
        for key, x in names.items():
            plain = not callable(x) or isinstance(x, type)
            setattr(made[name], key, x if plain else noted(name, key)(x))
        parent, _, child = name.rpartition(".")
        made[name].__path__ = []
        if parent:
            setattr(made[parent], child, made[name])
    made["cupy"].__version__ = "0 (a stand-in)"
    return made


def write_calls(path):
    """Append the calls to a file, to which other processes may write as well."""
    with open(path, "a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(call)}\n" for call in CALLS)


def install():
    """Install the stand-in as CuPy. Calls are written to the file that CUPY_CALLS names, if it is set."""
    if "cupy" in sys.modules:
        raise RuntimeError("cupy is imported already; the stand-in would hide it")
    sys.modules.update(modules())
    if path := os.environ.get("CUPY_CALLS"):
        atexit.register(write_calls, path)
    return sys.modules["cupy"]


def pytest_configure(config):
    if config.getoption("--record"):
        raise pytest.UsageError("a run on the stand-in is no run on CuPy, and is not recorded")
    install()


def pytest_report_header(config):
    return "cupy: a stand-in over NumPy, not CuPy"
