"""Dask: results stay lazy, errors are raised before anything is computed, and batches may exceed memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import linalg_vjp as lv

from .random_inputs import BATCHED, general, regular

da = pytest.importorskip("dask.array", reason="not run: dask is not installed")
dask = pytest.importorskip("dask")

ROOT = Path(__file__).parents[1]


def never(block):
    raise AssertionError("computed before it was asked for")


@pytest.mark.parametrize("name", BATCHED)
def test_nothing_is_computed_before_it_is_asked_for(name):
    rule = lv.RULES[name]
    inputs = [
        da.from_array(x, chunks=(2, *x.shape[1:])).map_blocks(never, dtype=x.dtype, meta=x[:0])
        for x in regular(name, 4)
    ]
    params = {"axis": -1} if name == "vector_norm" else {}
    outputs = rule.forward(*inputs, **params)
    results = [*rule.vjp(inputs, outputs, outputs, **params), *rule.jvp(inputs, outputs, inputs, **params)]
    assert all(isinstance(x, da.Array) for x in results if x is not None)
    with pytest.raises(AssertionError, match="before it was asked for"):
        results[0].compute()


def test_the_batch_keeps_its_chunks():
    A = da.from_array(general(10, 3, 3), chunks=(4, 3, 3))
    (Q, R), pullback = lv.vjp("qr", A)
    (A_bar,) = pullback(Q, R)
    assert Q.chunks == R.chunks == A_bar.chunks == A.chunks


def test_a_matrix_that_is_split_over_chunks():
    A = da.from_array(general(10, 4, 4), chunks=(5, 2, 4))
    with pytest.raises(
        ValueError, match=r"inv: .* split over chunks .* call its rechunk\(\{-2: -1\}\) first"
    ):
        lv.vjp("inv", A)


def test_the_bare_formulas_say_what_to_use():
    A = da.from_array(general(2, 3, 3), chunks=(1, 3, 3))
    with pytest.raises(TypeError, match=r"needs arrays in memory.* use linalg_vjp.vjp"):
        lv.inv_vjp(A, A)


def test_a_cutoff_for_each_matrix():
    A = general(5, 3, 3)
    rtol = np.linspace(0.1, 0.5, 5)
    wanted = lv.vjp("pinv", A, rtol=rtol)[1](A)[0]
    lazy = da.from_array(A, chunks=((2, 3), 3, 3))
    got = lv.vjp("pinv", lazy, rtol=da.from_array(rtol, chunks=4))[1](lazy)[0]
    np.testing.assert_allclose(got.compute(), wanted)
    with pytest.raises(TypeError, match=r"pinv: rtol is of type ndarray, but the arrays are of type Array"):
        lv.vjp("pinv", lazy, rtol=rtol)


def test_chunks_of_unknown_size():
    A = da.from_array(general(10, 3, 3), chunks=(5, 3, 3))
    A = A[da.from_array(np.arange(10) > 3, chunks=5)]
    with pytest.raises(ValueError, match=r"inv: .* unknown size"):
        lv.vjp("inv", A)


def test_a_gauge_is_checked_where_it_is_computed():
    A = da.from_array(np.stack([np.eye(2), np.diag([1.0, 2.0])]), chunks=(1, 2, 2))
    (w, V), pullback = lv.vjp("eigh", A, gauge="check")
    (A_bar,) = pullback(None, da.from_array(general(2, 2, 2), chunks=(1, 2, 2)))
    with pytest.raises(lv.GaugeError):
        A_bar.compute(scheduler="sync")


def test_larger_than_memory(tmp_path):
    """Run the example of docs/larger-than-memory.md in a separate process."""
    page = (ROOT / "docs" / "larger-than-memory.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "example.py")]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "1.02 GB" in run.stdout
