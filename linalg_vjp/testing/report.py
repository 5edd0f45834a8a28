"""The bug report with which this project began: its eleven cases, with the inputs and sums that it gives.

The report found that hand-written gradients assumed 2-D inputs, and crashed or were wrong for a batch. Each
case takes the gradient of the sum of some outputs. The truth is the derivative of that sum with respect to
each entry, at 50 digits.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import mpmath
import numpy as np

from .._api import vjp
from .._rules import RULES
from ._exact import DIGITS, derivative, exact, rounded, to_numpy
from .backends import Backend
from .oracles import ORACLES

__all__ = ["REPORT", "ReportCase"]


class ReportCase(NamedTuple):
    """One case: the gradient of the sum of the named outputs with respect to the first input."""

    label: str
    rule: str
    inputs: tuple[Any, ...]
    summed: tuple[str, ...]
    params: dict[str, Any]

    def gradient(self, backend: Backend, device: str | None = None) -> tuple[Any, Any]:
        """The gradient by the rule, and the outputs, as NumPy arrays."""
        outputs, pullback = vjp(self.rule, *(backend.asarray(x, device) for x in self.inputs), **self.params)
        names = RULES[self.rule].outputs
        outputs = [to_numpy(y) for y in (outputs if len(names) > 1 else (outputs,))]
        bars = [
            backend.asarray(np.ones_like(y), device) if name in self.summed else None
            for name, y in zip(names, outputs, strict=True)
        ]
        return to_numpy(pullback(*bars)[0]), outputs

    def truth(self, outputs: Sequence[Any], nudge: float = 0.0) -> Any:
        """The derivative of the sum with respect to each entry, by the oracle, with the signs of `outputs`.

        With a nudge, the input is first moved by that much, relative to its largest entry.
        """
        names, oracle = RULES[self.rule].outputs, ORACLES[self.rule]
        random = np.random.default_rng(0)
        inputs = [x + nudge * np.max(abs(x)) * random.standard_normal(x.shape) for x in self.inputs]
        result = np.zeros(inputs[0].shape)
        with mpmath.workdps(DIGITS):
            for batch in np.ndindex(result.shape[:-2]):
                like = [y[batch] for y in outputs]

                def total(xs: Sequence[Any], like: Any = like) -> list[Any]:
                    ys = oracle(*xs, like=like, **self.params)
                    summed = (
                        y.sum()
                        for y, name in zip(ys, names, strict=True)
                        if y is not None and name in self.summed
                    )
                    return [np.asarray(sum(summed), object)]

                at = [exact(x[batch]) for x in inputs]
                for entry in np.ndindex(result.shape[-2:]):
                    along = [exact(np.zeros(x.shape)) for x in at]
                    along[0][entry] = mpmath.mpf(1)
                    result[(*batch, *entry)] = rounded(derivative(total, at, along)[0])
        return result

    def error(self, backend: Backend, device: str | None = None) -> float:
        """The largest error of the gradient, in units of the condition times eps."""
        gradient, outputs = self.gradient(backend, device)
        eps = float(np.finfo(gradient.dtype).eps)
        truth = self.truth(outputs)
        if gradient.shape != truth.shape:
            return float("inf")
        moved = (self.truth(outputs, nudge=eps**0.5) - truth) / eps**0.5
        condition = max(np.max(abs(truth)), np.max(abs(moved)))
        worst = float(np.max(abs(gradient - truth)) / (condition * eps))
        return worst if np.isfinite(worst) else float("inf")


def _floats(x: Any) -> Any:
    return np.asarray(x, np.float64)


PAIR = _floats([[[4, 3], [6, 3]], [[2, 1], [5, 7]]])
POSITIVE = _floats([[[4, 1], [1, 5]], [[9, 1], [1, 10]]])
IOTA = _floats(np.arange(18).reshape(2, 3, 3))  # both matrices have rank 2

REPORT: tuple[ReportCase, ...] = (
    ReportCase("A", "qr", (_floats([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),), ("Q", "R"), {}),
    # The report gives no input for [B]: these are the positive definite matrices of [G].
    ReportCase("B", "cholesky", (POSITIVE,), ("L",), {}),
    ReportCase("C", "lu", (PAIR,), ("L", "U"), {}),
    ReportCase("D", "svd", (PAIR,), ("U", "S", "Vh"), {}),
    ReportCase("E", "eigh", (_floats([[4, 2], [2, 5]]),), ("eigenvalues",), {}),
    # In [F] and [H] b is a batch of vectors of ones: b[..., None] in the standard's terms.
    ReportCase(
        "F",
        "solve_triangular",
        (_floats([[[4, 0], [2, 5]], [[9, 0], [3, 10]]]), np.ones((2, 2, 1))),
        ("X",),
        {"upper": False},
    ),
    ReportCase("G", "inv", (POSITIVE,), ("X",), {}),
    ReportCase(
        "H",
        "solve",
        (
            _floats([[[4, 1, 0], [1, 5, 0], [0, 0, 6]], [[9, 1, 0], [1, 10, 0], [0, 0, 11]]]),
            np.ones((2, 3, 1)),
        ),
        ("X",),
        {},
    ),
    ReportCase(
        "I",
        "det",
        (_floats([[[5, 1, 2, 3], [4, 10, 6, 7], [8, 9, 15, 11], [12, 13, 14, 20]]]),),
        ("d",),
        {},
    ),
    # The report gives no input for these two either. They get 0, 1, 2, ..., as in the report's probe.
    ReportCase("pinv", "pinv", (IOTA,), ("X",), {}),
    ReportCase("norm", "matrix_norm", (_floats(np.arange(32).reshape(2, 4, 4)),), ("N",), {}),
)
