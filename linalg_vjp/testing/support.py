"""What is known of each array library, as a page: docs/support.md is this, and a test compares."""

from .backends import Backend, load, names

__all__ = ["support_page"]

HEAD = """# Support

Which array libraries the rules run on. Every rule runs on each, with all its keywords, but for the gaps named
below. "Last verified" is written by a run of the vectors and the random cases of every rule on that library,
`python -m pytest --backend NAME --record`, and by nothing else. `linalg-vjp backends` says what is installed,
`linalg-vjp check --backend NAME` probes it.

The tests run the matrix on every library that is installed. Where that is slow they always run the test
vectors of [rules/](../rules/README.md) and the transformations, and the random cases on demand, with
`python -m pytest -m nightly`.

What CuPy does otherwise than NumPy is tested without a GPU, on a stand-in over NumPy, which is not CuPy.

| library | last verified | dtypes | notes |
|---|---|---|---|
"""
GAPS = """
## Gaps

Each is tested to be there still, so that one that was mended is noticed.

"""


def support_page() -> str:
    """The text of docs/support.md."""
    backends = [load(name) for name in names()]
    rows = (f"| {b.name} | {_verified(b)} | {_dtypes(b)} | {_notes(b)} |\n" for b in backends)
    gaps = (
        f"- **{b.name}**, `{gap.rule}` with {', '.join(gap.dtypes)}: {gap.reason} ([source]({gap.link})).\n"
        for b in backends
        for gap in b.gaps
    )
    return HEAD + "".join(rows) + GAPS + "".join(gaps)


def _verified(backend: Backend) -> str:
    if backend.impossible:
        return "impossible"
    if not backend.last_verified:
        return "not run"
    return "; ".join("{date}, {version}, {device}".format(**entry) for entry in backend.last_verified)


def _dtypes(backend: Backend) -> str:
    every = ("float32", "float64", "complex64", "complex128")
    return "all four" if backend.dtypes == every else ", ".join(backend.dtypes) or "none"


def _notes(backend: Backend) -> str:
    if backend.impossible:
        return backend.impossible
    return "; ".join((*backend.notes, *((f"slow to test: {backend.nightly}",) if backend.nightly else ())))
