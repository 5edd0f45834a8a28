"""HIPS autograd with our rules installed: its own tests, all forms of its functions, and uninstalling."""

import subprocess
import sys
import tarfile
from pathlib import Path

import autograd
import autograd.numpy as anp
import autograd.scipy.linalg as asl
import numpy as np
import pytest
from autograd.core import make_jvp, make_vjp, primitive_jvps, primitive_vjps
from autograd.test_util import check_grads

import linalg_vjp as lv
from linalg_vjp.adapters import autograd as adapter

from ..random_inputs import general, positive

ROOT = Path(__file__).parents[2]
# The source distribution of autograd, which contains its tests. The wheel does not.
SOURCES = sorted((ROOT / ".venv").glob("autograd-*.tar.gz"))

INSTALL = """
from linalg_vjp.adapters import autograd as adapter
from autograd.core import primitive_vjps
import autograd.numpy as np
adapter.install()
assert primitive_vjps[np.linalg.inv].__module__ == adapter.__name__

used = set()
for name in list(adapter.RULES):
    def linearize(inputs, outputs, *, rule=adapter.RULES[name], **keywords):
        used.add(rule.name)
        return type(rule).linearize(rule, inputs, outputs, **keywords)
    object.__setattr__(adapter.RULES[name], "linearize", linearize)

def pytest_sessionfinish(session):
    print("used:", *sorted(used))
"""


@pytest.fixture
def installed():
    adapter.install()
    yield
    adapter.uninstall()


@pytest.mark.skipif(not SOURCES, reason="not run: autograd's own tests are not here; .ci/run fetches them")
def test_its_own_suites(tmp_path):
    """autograd's tests of first and second derivatives pass, and they do run our rules."""
    with tarfile.open(SOURCES[-1]) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    (folder / "install_rules.py").write_text(INSTALL)
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "install_rules", "-p", "no:cacheprovider"]
    command += ["-c", "/dev/null", "--rootdir=.", "tests/test_linalg.py", "tests/test_scipy.py"]
    run = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert " skipped" not in run.stdout
    used = run.stdout.rpartition("used:")[2].splitlines()[0].split()
    wanted = "cholesky det eig eigh inv matrix_norm pinv slogdet solve solve_sylvester svd svdvals"
    assert used == [*wanted.split(), "vector_norm"]


# Each form of each function, called through autograd at a real and a complex point. No output has a gauge.
def spread(*arrays):
    return sum(
        anp.sum(anp.real(x * anp.conj(x)) ** 2 * np.arange(1, x.size + 1).reshape(x.shape)) for x in arrays
    )


N, S = anp.linalg, asl
FORMS = {
    "numpy cholesky": (lambda A: spread(N.cholesky(A)), "hermitian"),
    "numpy cholesky upper": (lambda A: spread(N.cholesky(A, upper=True)), "hermitian"),
    "scipy cholesky": (lambda A: spread(S.cholesky(A)), "hermitian"),
    "scipy cholesky lower": (lambda A: spread(S.cholesky(A, lower=True, check_finite=False)), "hermitian"),
    "numpy eigh": (lambda A: spread(*N.eigh(A)), "square"),
    "numpy eigh U": (lambda A: spread(*N.eigh(A, "U")), "square"),
    "numpy eigvalsh": (lambda A: spread(N.eigvalsh(A)), "square"),
    "numpy eigvalsh U": (lambda A: spread(N.eigvalsh(A, UPLO="U")), "square"),
    "scipy eigh": (lambda A: spread(*S.eigh(A)), "square"),
    "scipy eigh upper": (lambda A: spread(*S.eigh(A, lower=False)), "square"),
    "scipy eigh of a batch": (lambda A: spread(*S.eigh(A)), "batch of squares"),
    "scipy eigh values": (lambda A: spread(S.eigh(A, eigvals_only=True)), "square"),
    "scipy eigvalsh": (lambda A: spread(S.eigvalsh(A, lower=False)), "square"),
    "numpy qr": (lambda A: spread(*N.qr(A)), "tall"),
    "numpy qr of a batch": (lambda A: spread(*N.qr(A)), "batch"),
    "numpy qr r": (lambda A: spread(N.qr(A, mode="r")), "tall"),
    "scipy qr of a batch": (lambda A: spread(*S.qr(A, mode="economic")), "batch"),
    "scipy qr": (lambda A: spread(S.qr(A)[1]), "tall"),
    "scipy qr economic": (lambda A: spread(*S.qr(A, mode="economic")), "tall"),
    "scipy qr r": (lambda A: spread(*S.qr(A, mode="r")), "tall"),
    "scipy lu": (lambda A: spread(*S.lu(A)[1:]), "tall"),
    "scipy lu p_indices": (lambda A: spread(*S.lu(A, p_indices=True)[1:]), "square"),
    "numpy svd": (lambda A: spread(*N.svd(A, full_matrices=False)), "tall"),
    "numpy svd values": (lambda A: spread(N.svd(A, compute_uv=False)), "tall"),
    "scipy svd": (lambda A: spread(*S.svd(A, full_matrices=False)), "tall"),
    "scipy svd values": (lambda A: spread(S.svd(A, full_matrices=False, compute_uv=False)), "tall"),
    "numpy svdvals": (lambda A: spread(N.svdvals(A)), "tall"),
    "scipy svdvals": (lambda A: spread(S.svdvals(A)), "tall"),
    "numpy det": (lambda A: spread(N.det(A)), "batch of squares"),
    "scipy det": (lambda A: spread(S.det(A)), "square"),
    "numpy inv": (lambda A: spread(N.inv(A)), "batch of squares"),
    "scipy inv": (lambda A: spread(S.inv(A)), "square"),
    "numpy slogdet": (lambda A: spread(N.slogdet(A)[1]) + anp.sum(anp.imag(N.slogdet(A)[0])), "square"),
    "numpy pinv": (lambda A: spread(N.pinv(A)), "tall"),
    "numpy pinv rcond": (lambda A: spread(N.pinv(A, 1e-10)), "tall"),
    "numpy pinv rcond for each": (lambda A: spread(N.pinv(A, np.asarray([1e-10, 1e-9, 1e-8]))), "batch"),
    "numpy pinv rcond list": (lambda A: spread(N.pinv(A, [1e-10, 1e-9, 1e-8])), "batch"),
    "scipy pinv": (lambda A: spread(S.pinv(A, rtol=1e-10)), "tall"),
    "numpy solve, list": (lambda A: spread(N.solve(A, [1, 2, 3, 4])), "square"),
    "scipy solve": (lambda A: spread(S.solve(A, A)), "square"),
    "scipy solve_triangular": (lambda A: spread(S.solve_triangular(A, A[:, 0])), "square"),
    "scipy solve_triangular T": (lambda A: spread(S.solve_triangular(A, A, trans=1, lower=True)), "square"),
    "scipy solve_triangular C": (lambda A: spread(S.solve_triangular(A, A, trans="C")), "square"),
    "scipy solve_triangular unit": (
        lambda A: spread(S.solve_triangular(A, A[:, :2], unit_diagonal=True)),
        "square",
    ),
    "numpy norm": (lambda A: N.norm(A), "batch"),
    "numpy norm axis": (lambda A: spread(N.norm(A, 3, axis=1)), "batch"),
    "numpy norm keepdims": (lambda A: spread(N.norm(A, axis=0, keepdims=True)), "batch"),
    "numpy norm 1-tuple": (lambda A: spread(N.norm(A, 1, axis=(1,))), "batch"),
    "numpy norm 0": (lambda A: spread(A) * N.norm(A[0], 0, axis=-1)[0], "batch"),
    "numpy norm of a number": (lambda A: N.norm(A[0, 0]) * N.norm(anp.real(A[0, 1]), axis=None), "tall"),
    "numpy norm fro": (lambda A: spread(N.norm(A, "fro", axis=(2, 0))), "batch"),
    "numpy norm nuc": (lambda A: N.norm(A, "nuc"), "tall"),
    "numpy norm 1": (lambda A: spread(N.norm(A, 1, axis=(0, 1), keepdims=True)), "batch"),
    "numpy norm 2": (lambda A: spread(N.norm(A, 2, axis=(2, 0))), "batch"),
    "numpy norm -2": (lambda A: spread(N.norm(A, -2, axis=(-1, 0))), "batch"),
    "numpy norm inf": (lambda A: N.norm(A, np.inf), "tall"),
    "scipy norm 2": (lambda A: S.norm(A, 2), "tall"),
    "scipy norm 1": (lambda A: spread(S.norm(A, 1, axis=0, keepdims=True)), "tall"),
    "numpy vector_norm": (lambda A: spread(N.vector_norm(A, ord=1, axis=(0, 2))), "batch"),
    "numpy matrix_norm": (lambda A: spread(N.matrix_norm(A, ord="nuc", keepdims=True)), "batch"),
}
POINTS = {
    "square": lambda dtype: general(4, 4, dtype=dtype) + 3 * np.eye(4),
    "batch of squares": lambda dtype: general(2, 3, 3, dtype=dtype) + 3 * np.eye(3),
    "hermitian": lambda dtype: positive(4, dtype=dtype) + np.diag([0, 4, 8, 12]),
    "tall": lambda dtype: general(5, 3, dtype=dtype),
    "batch": lambda dtype: general(3, 4, 2, dtype=dtype),
}


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form(form, dtype, installed):
    """Forward and reverse mode, and each nested in each, against autograd's own differences."""
    f, point = FORMS[form]

    def of_hermitian(A):
        return f((A + anp.conj(anp.swapaxes(A, -1, -2))) / 2)

    np.random.seed(0)  # autograd draws its directions from this generator
    check_grads(of_hermitian if point == "hermitian" else f, modes=["fwd", "rev"])(POINTS[point](dtype))


def test_integers_are_taken_as_floats(installed):
    """Integer inputs can also be differentiated, once and twice."""
    A, D = np.asarray([[2, 1], [0, 3]]), np.asarray([[1.0, 2.0], [3.0, 4.0]])
    for f in (N.inv, N.det, N.norm):
        wanted, found = (
            autograd.grad(lambda A, f=f: np.sum(autograd.grad(lambda B: anp.sum(f(B)))(A) * D))(x)
            for x in (A.astype(float), A)
        )
        np.testing.assert_allclose(found, wanted)


def test_a_tolerance_has_no_derivative(installed):
    with pytest.raises(NotImplementedError, match="pinv: argument 1 has no derivative"):
        make_vjp(lambda rcond: N.pinv(np.eye(2), rcond), 1e-5)


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_dtypes_stay(dtype, installed):
    A = general(4, 4, dtype=dtype)
    for f in (N.inv, N.eigvalsh, N.svdvals, lambda A: N.qr(A)[1], lambda A: N.norm(A, axis=0)):
        pull, y = make_vjp(f, A)
        assert pull(y).dtype == A.dtype
        assert make_jvp(f, A)(A)[1].dtype == y.dtype


def test_the_border_is_the_conjugate():
    """The adapter conjugates cotangents on the way in and out, and changes nothing else."""
    A, X_bar = general(3, 3, dtype="complex128"), general(3, 3, dtype="complex128", seed=1)
    (wanted,) = lv.vjp("inv", A)[1](X_bar)
    adapter.install()
    found = make_vjp(N.inv, A)[0](np.conj(X_bar))
    adapter.uninstall()
    np.testing.assert_array_equal(found, np.conj(wanted))


def test_zeros_cost_nothing(installed):
    """The rule gets None for a cotangent of zeros, so the arbitrary vectors of a tie do not contribute."""
    gradient = make_vjp(lambda A: N.eigh(A)[0], np.eye(3))[0](np.ones(3))
    np.testing.assert_array_equal(gradient, np.eye(3))


def test_uninstall_leaves_nothing():
    before = dict(primitive_vjps), dict(primitive_jvps)
    for _ in range(2):
        adapter.install()
        adapter.install()  # installing twice changes nothing
        assert primitive_vjps != before[0]
        adapter.uninstall()
        adapter.uninstall()
        assert (primitive_vjps, primitive_jvps) == before


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda A: S.qr(A, pivoting=True)[1], "pivoting=True: the rule qr does not support it"),
        (lambda A: S.eigh(A, np.eye(3))[0], "the rule eigh does not support it; its keywords are gauge"),
        (lambda A: S.lu(A, permute_l=True)[0], "permute_l=True: the rule lu"),
        (lambda A: N.pinv(A, hermitian=True), "hermitian=True: the rule pinv"),
        (lambda A: S.solve(A, A, assume_a="pos"), "assume_a='pos': the rule solve"),
    ],
)
def test_what_no_rule_has_is_refused(f, words, installed):
    with pytest.raises(NotImplementedError) as error:
        make_vjp(f, positive(3))
    assert words in str(error.value)
