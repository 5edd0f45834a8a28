"""docs/elsewhere.md."""

from importlib.util import find_spec
from pathlib import Path

from .finding import section
from .of_autograd import AUTOGRAD
from .of_jax import JAX
from .of_mlx import MLX
from .of_torch import TORCH

PAGE = Path(__file__).parents[2] / "docs" / "elsewhere.md"
LIBRARIES = (JAX, TORCH, AUTOGRAD, MLX)
HEAD = """# Where other libraries are wrong

Small inputs for which a library gives a wrong or a non-finite answer, and no error. Each answer comes from a
run of the code above it (`python -m tests.elsewhere`), on a CPU, with the version in the heading. Each truth
comes from mpmath at 50 digits or from an identity, never from a library that differentiates. The tests run
all of it again.

At a kink there is no derivative, and no answer there is counted. Nor is one that the documentation places
outside the domain, with one exception, which says so. For that reason the page leaves out JAX's eigenvectors
where two components are tied for the largest, the vectors that `full_matrices=True` adds to PyTorch's `svd`,
and JAX's `solve_sylvester` where a sum of eigenvalues is below its `tol`. What raises an error is in the
tables of [hosts](hosts.md), with the rules of this library beside it.
"""


def installed(library):
    return find_spec(library.module.split(".")[0]) is not None


def part(library):
    """All of a library, as the page has it."""
    return "\n\n".join([library.heading, *map(section, library.findings)])


def written():
    missing = [library.title for library in LIBRARIES if not installed(library)]
    if missing:
        raise SystemExit(f"the page needs {', '.join(missing)}")
    return "\n".join([HEAD, "\n\n".join(map(part, LIBRARIES)), ""])
