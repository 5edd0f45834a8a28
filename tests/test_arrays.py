"""Unusual kinds of arrays give right results, or an error that names the rule and says what to do."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from .random_inputs import BATCHED, regular


def results(name, inputs):
    """The outputs of a rule with typical keywords, and the cotangents of its inputs."""
    rule = lv.RULES[name]
    outputs, linear = rule.fwd(*inputs, **rule.typical)
    bars = [None if label in rule.constant else y for label, y in zip(rule.outputs, outputs, strict=True)]
    return [y for y in (*outputs, *linear.vjp(bars), *linear.jvp(inputs)) if y is not None]


@pytest.mark.parametrize("batch", [(), (100,)], ids=["one", "many"])
@pytest.mark.parametrize("n", [4, 12])
@pytest.mark.parametrize("dtype", ["float64", "complex64"])
@pytest.mark.parametrize("name", lv.RULES)
def test_the_other_order_of_bytes(name, dtype, n, batch):
    """LAPACK would misread arrays in the other byte order."""
    batch = batch if name in BATCHED else ()
    inputs = [np.broadcast_to(x, (*batch, *x.shape)) for x in regular(name, n=n, dtype=dtype)]
    swapped = [x.astype(x.dtype.newbyteorder()) for x in inputs]
    for found, wanted in zip(results(name, swapped), results(name, inputs), strict=True):
        size = np.max(abs(wanted), initial=1.0)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e3 * np.finfo(dtype).eps * size)


A = np.asarray([[2.0, 1.0], [1.0, 3.0]])
WRONG = {
    "masked": (lambda: lv.vjp("inv", np.ma.array(A, mask=A > 2)), TypeError, "A is a masked array"),
    "matrix": (lambda: lv.vjp("inv", np.matrix(A)), TypeError, "A is a numpy.matrix"),
    "half": (lambda: lv.vjp("lu", A.astype("float16")), TypeError, "A has dtype float16"),
    "half at last": (lambda: lv.vjp("solve", A, A.astype("float16")), TypeError, "B has dtype float16"),
    "long": (
        lambda: lv.vjp("vector_norm", A.astype("longdouble")),
        TypeError,
        "the rule supports half, single and double",
    ),
    "unpacked": (lambda: lv.vjp("qr", A)[1]((A, A)), TypeError, "unpack it with a star"),
    "one unpacked": (lambda: lv.vjp("inv", A)[1]([A]), TypeError, "unpack it with a star"),
    "complex": (
        lambda: lv.vjp("inv", A)[1](1j * A),
        TypeError,
        "the cotangent of X is complex, but X is real",
    ),
    "a number for a matrix": (
        lambda: lv.vjp("inv", A)[1](1.0),
        TypeError,
        "of type float, which is not an array",
    ),
    "no name": (lambda: lv.vjp(A), TypeError, "the name of a rule"),
    "near name": (lambda: lv.vjp("cholseky", A), KeyError, "did you mean 'cholesky'"),
    "rtol": (lambda: lv.vjp("pinv", A, rtol=np.ones(5)), ValueError, "one number for each matrix"),
    "NaN": (lambda: lv.vjp("pinv", A, rtol=np.nan), ValueError, "other than NaN"),
    "xp text": (lambda: lv.vjp("inv", A, xp="numpy"), TypeError, "xp must be a namespace, .* type str"),
    "outputs": (lambda: lv.RULES["inv"].vjp((A,), (np.eye(3),), (A,)), ValueError, "pass the outputs of the"),
    "check an array": (lambda: check_rule("inv", A), TypeError, r"must be a list of arrays, such as \[A\]"),
    "check a tie": (lambda: check_rule("eigh", [np.eye(2)]), AssertionError, "see check_loss"),
    "nothing": (
        lambda: lv.vjp("vector_norm", np.zeros(0), ord=-np.inf),
        ValueError,
        "vector_norm: x has shape",
    ),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_wrong_uses_are_named(name):
    call, error, words = WRONG[name]
    with pytest.raises(error, match=words):
        call()


def test_the_namespace_of_another_library():
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    with pytest.raises(TypeError, match="xp is torch, but A belongs to"):
        lv.vjp("inv", A, xp=torch)
    lv.vjp("inv", torch.asarray(A), xp=torch)
    with pytest.raises(TypeError, match="A is sparse"):
        lv.vjp("inv", torch.asarray(A).to_sparse())


def test_sparse_and_unknown_chunks():
    sparse = pytest.importorskip("scipy.sparse", reason="not run: SciPy is not installed")
    with pytest.raises(TypeError, match=r"make it dense with its toarray\(\)"):
        lv.vjp("inv", sparse.eye_array(2).tocsr())
    array = pytest.importorskip("dask.array", reason="not run: dask is not installed")
    x = array.from_array(A)
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        lv.vjp("inv", x[x[:, 0] > 0])


@pytest.mark.parametrize("library", ["numpy float16", "torch float16", "torch bfloat16"])
@pytest.mark.parametrize("name", [name for name, rule in lv.RULES.items() if rule.half])
def test_half_precision(name, library):
    """The results are those of single precision, rounded to half precision."""
    module, dtype = library.split()
    xp = pytest.importorskip(module, reason=f"not run: {module} is not installed")
    rule = lv.RULES[name]
    inputs = [xp.asarray(x.astype("float32")) for x in regular(name, n=4)]
    half = [x.astype(dtype) if module == "numpy" else x.to(getattr(xp, dtype)) for x in inputs]
    again = [x.astype("float32") if module == "numpy" else x.float() for x in half]
    for found, wanted in zip(results(name, half), results(name, again), strict=True):
        assert found.dtype == half[0].dtype
        error = abs(
            np.asarray(found.astype("float32") if module == "numpy" else found.float()) - np.asarray(wanted)
        )
        assert np.max(error) <= 8 * float(xp.finfo(half[0].dtype).eps) * np.max(abs(np.asarray(wanted)))
    assert not lv.RULES["inv"].half
    assert rule.half


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("ord", [2, 1, 0.5, np.inf])
def test_the_norm_of_a_scalar(ord, axis, keepdims, every_target):
    x = every_target.asarray(np.asarray(-3.0, "float32"))
    N, pullback = lv.vjp("vector_norm", x, ord=ord, axis=axis, keepdims=keepdims)
    _, N_dot = lv.jvp("vector_norm", (x,), (x,), ord=ord, axis=axis, keepdims=keepdims)
    (x_bar,) = pullback(N)
    assert (tuple(N.shape), tuple(x_bar.shape), tuple(N_dot.shape)) == ((), (), ())
    assert (float(N), float(x_bar), float(N_dot)) == pytest.approx((3.0, -3.0, 3.0))


@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("ord", [2, 1, 3, 0.5, -1, np.inf, 0])
def test_the_norm_of_a_scalar_by_the_oracle(ord, axis):
    for x in (np.asarray(-3.0), np.asarray(1 + 2j)):
        check_rule("vector_norm", [x], ord=ord, axis=axis, batched=False)


def test_a_number_for_a_scalar():
    assert lv.vjp("det", A)[1](2.0)[0].tolist() == (2 * lv.vjp("det", A)[1](np.asarray(1.0))[0]).tolist()
    with pytest.raises(TypeError, match="is complex"):
        lv.vjp("det", A)[1](1j)
    assert np.iscomplexobj(lv.vjp("det", A + 0j)[1](1j)[0])


LOAD = """
import pickle, sys
outputs, pullback, bars = pickle.load(open(sys.argv[1], "rb"))
for found, wanted in zip(pullback(*outputs), bars, strict=True):
    assert abs(found - wanted).max() == 0
print(type(outputs).__name__)
"""


def test_results_and_pullbacks_go_to_another_process(tmp_path):
    outputs, pullback = lv.vjp("svd", A, full_matrices=False)
    path = tmp_path / "results"
    path.write_bytes(pickle.dumps((outputs, pullback, pullback(*outputs))))
    command = [sys.executable, "-c", LOAD, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "svd_result"
    assert repr(pullback) == "Pullback of svd"


@pytest.mark.parametrize("name", lv.RULES)
def test_an_output_that_is_kept_cannot_be_written_to(name):
    rule = lv.RULES[name]
    inputs = regular(name, n=4)
    outputs, pullback = lv.vjp(name, *inputs, **rule.typical)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    for label, y in zip(rule.outputs, outputs, strict=True):
        if y.shape == () or any(np.shares_memory(x, y) for x in inputs):  # a view of an input, as in NumPy
            continue
        if label not in rule.keeps:
            y[...] = 0
        else:
            with pytest.raises(ValueError, match="read-only"):
                y[...] = 0
    bars = [
        None if label in rule.constant else np.ones_like(y)
        for label, y in zip(rule.outputs, outputs, strict=True)
    ]
    again = lv.vjp(name, *regular(name, n=4), **rule.typical)[1]
    for found, wanted in zip(pullback(*bars), again(*bars), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_a_tensor_that_was_changed_is_noticed():
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    for name, change in (("cholesky", 0), ("pinv", 1)):
        given = torch.tensor(A)
        output, pullback = lv.vjp(name, given)
        pullback(torch.ones(2, 2, dtype=torch.float64))
        (output, given)[change].zero_()
        with pytest.raises(RuntimeError, match=f"{name}: {'LA'[change]} was changed in place"):
            pullback(torch.ones(2, 2, dtype=torch.float64))
    with torch.inference_mode():
        _, pullback = lv.vjp("cholesky", torch.asarray(A))
        pullback(torch.ones(2, 2, dtype=torch.float64))
