"""Compare the names and calls of the stand-in for CuPy with CuPy's own. Nothing is computed.

CuPy can be imported without a GPU: run `pip install '.[test,cupy]'`, and then
`python -m pytest -m nightly tests/test_cupy_interface.py`.
"""

import inspect
import json
import operator
import os
import pkgutil
import re
import subprocess
from types import ModuleType

import numpy as np
import pytest

from . import cupy_stand_in
from .test_cupy_stand_in import ROOT, RUNS

MODULES = cupy_stand_in.modules()
CLASSES = {"Device", "ElementwiseKernel", "ndarray"}
PRIMITIVES = "".join(
    (ROOT / "linalg_vjp" / "_backends" / file).read_text("utf-8") for file in ("cupy.py", "_cupy_lu.py")
)
NAMED = sorted(set(re.findall(r"\b(?:cupyx?|cublas|device)(?:\.\w+)+", PRIMITIVES)))

# The arguments of functions and classes that do not state them, or whose documentation leaves out `self`.
# They are from the source of CuPy 14, or from the kernel of linalg_vjp/_backends/_cupy_lu.py.
BY_HAND = {
    "cupy.ElementwiseKernel.__call__": lambda self, pivots, m, k, p, /, *, size, block_size=128: None,
    "cupy.ElementwiseKernel.__init__": lambda self, in_params, out_params, operation, name="kernel": None,
    "cupy.cuda.Device.__init__": lambda self, device=None: None,
    "cupy.matmul": lambda x1, x2, /, out=None, *, axes=None, axis=None, dtype=None, order="K": None,
}
# These accept any number of arguments.
ANY_NUMBER = {
    "cupy.broadcast_shapes": "shapes",
    "cupy.ndarray.reshape": "sizes",
    "cupy.result_type": "dtypes",
}


def documented(line):
    """The signature in the first line of a docstring, in the form of Cython and of CuPy's ufuncs."""
    found = re.fullmatch(r"[\w.]+\(([^\[]*)\)( -> .*)?", line)
    if not found:
        raise TypeError(f"no signature, and none in its documentation: {line!r}")
    arguments = re.sub(r"\w+ (?=\w)", "", found[1].replace("\\", ""))  # drop the C types
    return inspect.signature(eval(f"lambda {arguments}: None"))


def signature(f, name):
    """The arguments of a CuPy function. Raises TypeError if they cannot be found."""
    if name in BY_HAND:
        return inspect.signature(BY_HAND[name])
    try:
        found = inspect.signature(f)
    except ValueError:  # not written in Python
        found = documented((f.__doc__ or "").partition("\n")[0])
    kinds = {parameter.kind for parameter in found.parameters.values()}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        raise TypeError(f"takes any keywords: {found}")
    if inspect.Parameter.VAR_POSITIONAL in kinds and name not in ANY_NUMBER:
        raise TypeError(f"takes any number of arguments: {found}")
    return found


def complaint(f, name, positional, keywords):
    """Why a function does not accept this many arguments and these keywords, or None if it does."""
    try:
        signature(f, name).bind(*[None] * positional, **dict.fromkeys(keywords))
    except TypeError as error:
        return str(error)
    return None


def real(name):
    """A module of CuPy, or a class or function in one."""
    pytest.importorskip("cupy", reason="not run: cupy is not installed")
    try:
        return pkgutil.resolve_name(name)
    except ImportError as missing:
        pytest.skip(f"not run: {name} is installed, but does not run here: {missing}")


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """The calls that the tests of the stand-in make, by module."""
    pytest.importorskip("cupy", reason="not run: cupy is not installed")
    path = tmp_path_factory.mktemp("calls") / "calls.json"
    for command in RUNS:
        environment = {**os.environ, "PYTEST_ADDOPTS": "", "CUPY_CALLS": str(path)}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        assert run.returncode in (0, 1), run.stderr  # test failures are reported elsewhere
    found = {tuple(json.loads(line)) for line in path.read_text("utf-8").splitlines()}
    return {module: [call[1:] for call in found if call[0] == module] for module in MODULES}


@pytest.mark.nightly
@pytest.mark.parametrize("module", MODULES)
def test_cupy_takes_every_call(module, calls):
    there, wrong = real(module), {}
    assert calls[module] or not any(map(callable, vars(MODULES[module]).values()))
    for name, positional, *keywords in calls[module]:
        f = operator.attrgetter(name)(there)
        if found := complaint(f, f"{module}.{name}", positional, keywords):
            wrong[name, positional, tuple(keywords)] = found
    assert not wrong


@pytest.mark.nightly
def test_no_rule_by_hand_is_left_over(calls):
    assert {*BY_HAND, *ANY_NUMBER} <= {f"{module}.{call[0]}" for module in calls for call in calls[module]}


@pytest.mark.nightly
@pytest.mark.parametrize("module", MODULES)
def test_cupy_has_every_name(module):
    """A function here must be a function in CuPy. Classes and constants of NumPy are the same in both."""
    there = real(module)
    for name, ours in vars(MODULES[module]).items():
        if name.startswith("_") or isinstance(ours, ModuleType):
            continue
        theirs = getattr(there, name, "missing")
        if callable(ours) and not isinstance(ours, type):
            assert callable(theirs), name
        elif isinstance(ours, type) and name not in CLASSES:
            assert ours is theirs, name
        elif not callable(ours):
            np.testing.assert_equal(theirs, ours, name)


def whole_name(name):
    """The full name: the primitives have `from cupy.cuda import cublas, device`."""
    return f"cupy.cuda.{name}" if name.startswith(("cublas", "device")) else name


@pytest.mark.parametrize("name", NAMED)
def test_the_stand_in_has_what_the_primitives_name(name):
    """Includes names that no test reaches."""
    first, _, rest = whole_name(name).partition(".")
    assert operator.attrgetter(rest)(MODULES[first]) is not None


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMED)
def test_cupy_has_what_the_primitives_name(name):
    assert real(whole_name(name)) is not None


@pytest.mark.nightly
def test_arrays_of_cupy_have_every_name():
    there = real("cupy").ndarray
    own = {name for name, found in vars(cupy_stand_in.ndarray).items() if callable(found)}
    methods = {name for name in dir(np.ndarray) if callable(getattr(np.ndarray, name)) and name[0] != "_"}
    fields = {name for name in dir(np.ndarray) if name[0] != "_"} - methods | {"data", "device"}
    lacking = cupy_stand_in.ARRAYS_LACK
    assert [name for name in own - {"__getattr__"} if not hasattr(there, name)] == []
    assert [name for name in methods - lacking if not callable(getattr(there, name, None))] == []
    assert [name for name in fields - lacking if callable(getattr(there, name, len))] == []
    assert [name for name in lacking if hasattr(there, name)] == []


@pytest.mark.nightly
def test_what_cupy_is_said_to_lack_is_absent():
    there = real("cupy")
    assert [name for name in cupy_stand_in.ABSENT.split() if hasattr(there, name)] == []


@pytest.mark.parametrize(
    ("line", "positional", "keywords", "right"),
    [
        (r"sqrt(x, /, out=None, \*, casting='same_kind', dtype=None)", 1, ["dtype"], True),
        (r"sqrt(x, /, out=None, \*, casting='same_kind', dtype=None)", 1, ["where"], False),
        ("_ndarray_base.sort(self, int axis=-1, kind=None)", 1, ["axis"], True),
        ("_ndarray_base.sort(self, int axis=-1, kind=None)", 1, ["stable"], False),
        ("getrs(intptr_t handle, int n) -> int", 2, [], True),
        ("getrs(intptr_t handle, int n) -> int", 3, [], False),
        ("f(x, *args)", 1, [], False),
        ("f(x, **kwargs)", 1, [], False),
        ("divmod(x1, x2[, out1, out2], /)", 2, [], False),
        ("It says nothing.", 0, [], False),
    ],
)
def test_what_does_not_fit_is_told(line, positional, keywords, right):
    class Compiled(dict):  # a dict has no Python signature
        __doc__ = line

    assert (complaint(Compiled, "f", positional, keywords) is None) is right
