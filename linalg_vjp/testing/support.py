"""The text of docs/support.md, made from the profiles of the array libraries. A test compares the two."""

from .backends import Backend, load, names

__all__ = ["support_page"]

HEAD = """# Support

This page lists the array libraries that the rules run on. Every rule runs on each of them, with all its
keywords, except for the gaps below. The column "last verified" has the date, the version of the library and
the device. Only `python -m pytest --backend NAME --record` writes it, after the test vectors and the random
cases of every rule passed. The dtypes "all four" are float32, float64, complex64 and complex128.
`linalg-vjp backends` lists what is installed. `linalg-vjp check --backend NAME` tests the rules on a library.

The tests run on every library that is installed. On a slow library they always run the test vectors of
[rules/](../rules/README.md) and the transformations, but the random cases only on demand, with
`python -m pytest -m nightly`.

CuPy's documented differences from NumPy are tested without a GPU, on a stand-in that wraps NumPy. That is not
a test of CuPy itself.

| library | last verified | dtypes | notes |
|---|---|---|---|
"""
GAPS = """
## Gaps

A test fails when a library closes one of these gaps, so that the entry is removed.

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
