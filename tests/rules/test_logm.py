"""Tests of the mistakes of logm. test_sqrtm.py tests logm itself, together with sqrtm."""

import numpy as np

import linalg_vjp as lv

from .mistakes import adjoint, same, transpose, wrong


def by_blocks_of(f):
    """The derivative of f at A along C: a block of f([[A, C], [0, A]]), with C scaled to the size of A."""

    def along(A, C):
        n = A.shape[-1]
        size = min(1, np.max(np.abs(A), initial=0)) or 1
        return f(np.block([[A, size * C], [np.zeros_like(A), A]]))[..., :n, n:] / size

    return along


def solved(A, C):
    """A^-1 C, or NaN for a singular A."""
    try:
        return np.linalg.solve(A, C)
    except np.linalg.LinAlgError:
        return np.full_like(C, np.nan)


def by_eigenvectors(tied, f=np.log, slope=np.reciprocal):
    """The derivative from eigenvectors, with f' at equal eigenvalues, or with tied(f', I) if given."""

    def along(A, C):
        w, V = np.linalg.eig(A)
        w = w.astype(complex)
        with np.errstate(all="ignore"):
            alike = w[..., :, None] == w[..., None, :]
            slopes = slope(w)[..., :, None]
            slopes = tied(slopes, np.eye(A.shape[-1])) if tied else slopes
            steps = np.where(alike, 1, w[..., :, None] - w[..., None, :])
            D = np.where(alike, slopes, (f(w)[..., :, None] - f(w)[..., None, :]) / steps)
            W = np.linalg.pinv(V)
            Z = V @ (D * (W @ C @ V)) @ W
        return Z if np.iscomplexobj(A) or np.iscomplexobj(C) else Z.real

    return along


BY_BLOCKS = by_blocks_of(lambda X: lv.RULES["logm"].forward(X)[0])


def formula(at=adjoint, along=BY_BLOCKS):
    def op_vjp(A, Y, Y_bar, *, xp):
        return (along(at(A), Y_bar),)

    return wrong("logm", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The derivative is that of a number": formula(along=solved),
    "A in place of its adjoint": formula(at=same),
    "Transposes in place of adjoints": formula(at=transpose),
    "Through the eigenvectors": formula(along=by_eigenvectors(None)),
    "A quotient at a tie is zero": formula(along=by_eigenvectors(lambda slopes, one: slopes * one)),
}
