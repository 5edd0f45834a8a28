"""The grid of families of matrices, shapes, dtypes and losses, and the error of a gradient at each point."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import mpmath
import numpy as np

import linalg_vjp as lv
from linalg_vjp.testing._exact import DIGITS, exact, norm, normal

from .losses import EIGH, SVD, eigh_cotangents, eigh_gradient, matrices, svd_cotangents, svd_gradient
from .points import FAMILIES, hermitian_point, point

__all__ = [
    "DTYPES",
    "LIMIT",
    "SHAPES",
    "Case",
    "by_rule",
    "by_torch",
    "eigh_cases",
    "possible",
    "svd_cases",
    "units",
]

LIMIT = 1000.0  # a larger error, in units of eps times the condition, is wrong
DTYPES = ("float32", "float64", "complex64", "complex128")
SHAPES = ((4, 4, False), (5, 3, False), (3, 5, False), (5, 3, True), (3, 5, True))  # and full_matrices
NUDGE = mpmath.mpf(10) ** -40


class Case(NamedTuple):
    """A matrix, a loss of its factors, and the true gradient."""

    name: tuple[Any, ...]
    A: Any
    cotangents: Callable[..., list[Any]]
    true: Any
    size: Any  # the norm of the gradient, plus its sensitivity to the matrix
    rule: str
    params: dict[str, Any]


def svd_cases(seed: int, families=FAMILIES, shapes=SHAPES, dtypes=DTYPES, losses=SVD) -> Iterator[Case]:
    """The cases of svd. A loss of the null space needs factors with columns that span it."""
    for family in families:
        for m, n, full in shapes:
            for dtype in dtypes:
                random = np.random.default_rng([seed, m, n, *family.encode()])
                A, cuts = point(family, random, m, n, dtype)
                for label in losses:
                    loss, M = SVD[label], matrices(random, m, n, dtype)
                    r = int(random.choice(_inner(cuts, min(m, n))))
                    if not _sensible(family, loss, label, full, m - n):
                        continue

                    def gradient(A, loss=loss, r=r, M=M):
                        return svd_gradient(loss, r, M, A)

                    def cotangents(U, S, Vh, loss=loss, r=r, M=M):
                        return svd_cotangents(loss, r, M, U, S, Vh)

                    params = {"full_matrices": full}
                    name = (family, label, (m, n), full, dtype)
                    yield _case(name, A, cotangents, gradient, random, "svd", params)


def eigh_cases(seed: int, families=FAMILIES, sizes=(4,), dtypes=DTYPES, losses=EIGH) -> Iterator[Case]:
    """The cases of eigh."""
    for family in families:
        for n in sizes:
            for dtype in dtypes:
                random = np.random.default_rng([seed, n, *family.encode()])
                A, cuts = hermitian_point(family, random, n, dtype)
                for label in losses:
                    loss, M = EIGH[label], matrices(random, n, n, dtype)
                    r = int(random.choice(_inner(cuts, n)))

                    def gradient(A, loss=loss, r=r, M=M):
                        A = (A + np.conj(A.T)) / 2
                        return eigh_gradient(loss, r, M, A)

                    def cotangents(w, V, loss=loss, r=r, M=M):
                        return eigh_cotangents(loss, r, M, w, V)

                    name = (family, label, (n, n), False, dtype)
                    yield _case(name, A, cotangents, gradient, random, "eigh", {})


def _inner(cuts, k: int) -> list[int]:
    """The cuts with columns on both sides, or if there is none, the cut after all columns."""
    return [r for r in cuts if 0 < r < k] or [k]


def _sensible(family: str, loss: Any, label: str, full: bool, more: int) -> bool:
    """Whether the loss has a gradient, and the factors have all columns that it needs.

    log det and the nuclear norm need nonzero values, projectors need at least one nonzero value, and
    projectors onto the null space need all of its columns. `more` is the number of rows minus columns.
    """
    if family == "zero":
        return label in ("U S Vh", "U f(S) Vh")
    if not full and ((loss.left == "rest" and more > 0) or (loss.right == "rest" and more < 0)):
        return False
    return not (label in ("nuclear norm", "log det") and family.startswith(("rank", "exact zero")))


def _case(name, A, cotangents, gradient, random, rule, params) -> Case:
    with mpmath.workdps(2 * DIGITS):
        at = exact(A)
        true = gradient(at)
        scale = max(float(np.max(np.abs(A))), float(np.finfo(A.dtype).tiny))
        moved = gradient(at + NUDGE * scale * exact(normal(random, A.shape, A.dtype)))
        size = norm(true) + norm(moved - true) / NUDGE + 1 / mpmath.mpf(scale)
    return Case(name, A, cotangents, true, size, rule, params)


def units(case: Case, got: Any) -> float:
    """The error in units of eps times the size of the true gradient or its condition."""
    if not np.all(np.isfinite(got)):
        return float("inf")
    with mpmath.workdps(2 * DIGITS):
        eps = float(np.finfo(case.A.dtype).eps)
        difference = norm(exact(got) - case.true)
        return float(difference / (eps * case.size)) if case.size else float(difference > 0) * float("inf")


def possible(case: Case) -> bool:
    """Whether the cotangents determine more than a few digits of the gradient.

    Within a tied block, the gradient of U f(S) Vh contains f', but the cotangents only contain f(s) - f(t):
    zero at a tie, and a few digits near one. At an exact zero, f(s) is zero, and f'(0) is lost as well.
    """
    family, label = case.name[:2]
    function = label.startswith(("U ", "V ")) or (case.rule == "eigh" and label.startswith("truncation"))
    if family.startswith(("nearly", "small", "graded")):
        return False
    if family in ("clustered", "exact ties"):
        return not (function or label.startswith(("truncation", "polar factor")))
    if label == "V f(w) V^H and a projector":  # zeros are the first eigenvalues
        return family == "simple"
    return not (function and family in ("zero", "exact zero", "exact zeros"))


def by_rule(case: Case, factors: Any = None, **params: Any) -> Any:
    """The gradient by this library, from its own factors or from given ones."""
    rule, params = lv.RULES[case.rule], {**case.params, **params}
    factors = rule.forward(case.A, **case.params) if factors is None else factors
    (A_bar,) = rule.vjp((case.A,), factors, case.cotangents(*factors), **params)
    return A_bar


def by_torch(case: Case) -> Any:
    """The gradient by PyTorch; NaN if PyTorch raises because it considers the loss ill-defined."""
    import torch

    A = torch.tensor(case.A, requires_grad=True)
    factors = tuple(getattr(torch.linalg, case.rule)(A, **case.params))
    bars = case.cotangents(*(x.detach().numpy() for x in factors))
    used = [(x, torch.tensor(bar)) for x, bar in zip(factors, bars, strict=True) if bar is not None]
    try:
        (A_bar,) = torch.autograd.grad([x for x, _ in used], [A], [bar for _, bar in used])
    except RuntimeError:
        return np.full(case.A.shape, np.nan)
    return A_bar.numpy()
