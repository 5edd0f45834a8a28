"""Random numbers with few digits in every base."""

import random

import numpy as np


class Draw:
    """Draws random multiples of 1/4 from -2 to 2. The title is the seed, on every machine."""

    def __init__(self, title):
        self.random = random.Random(title)

    def __call__(self, *shape, complex=False):
        if complex:
            return self(*shape) + 1j * self(*shape)
        return np.asarray([self.random.randint(-8, 8) / 4 for _ in range(int(np.prod(shape)))]).reshape(shape)

    def independent(self, *shape, complex=False):
        """Matrices whose leading columns are well-conditioned."""
        k = min(shape[-2:])
        while True:
            A = self(*shape, complex=complex)
            if A.size == 0 or np.all(np.linalg.cond(A[..., :, :k]) < 12):
                return A

    def positive(self, *shape, complex=False):
        """Hermitian positive definite matrices."""
        G = self(*shape, complex=complex)
        return G @ np.conj(G.mT) + np.eye(shape[-1])
