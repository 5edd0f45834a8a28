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

This page lists small inputs for which a library returns a wrong or a non-finite answer, and raises no
error. Each answer comes from a run of the code above it (`python -m tests.elsewhere`), on a CPU, with the
version in the heading. *Answer* is what the library returns, and *truth* is the right value. Each truth comes
from mpmath at 50 digits or from an identity, never from a library that differentiates. The tests compute
every answer and every truth again.

The page leaves out answers at a kink, because no derivative exists there. It also leaves out answers at
points that the library's documentation excludes, with one exception, whose text says so. So the page does not
list JAX's eigenvectors if two components are tied for the largest, the vectors that `full_matrices=True` adds
to PyTorch's `svd`, or JAX's `solve_sylvester` if a sum of eigenvalues is below its `tol`. Calls that raise an
error are in the tables of [hosts](hosts.md), next to the rules of this library.
"""


def installed(library):
    return find_spec(library.module.split(".")[0]) is not None


def part(library):
    """All findings of a library, as they are on the page."""
    return "\n\n".join([library.heading, *map(section, library.findings)])


def written():
    missing = [library.title for library in LIBRARIES if not installed(library)]
    if missing:
        raise SystemExit(f"the page needs {', '.join(missing)}")
    return "\n".join([HEAD, "\n\n".join(map(part, LIBRARIES)), ""])
