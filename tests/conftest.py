"""The backends that the tests run on: those with a profile in backends/, or those named by --backend.

A test that takes `target` runs on each, on the slow ones at night only (`-m nightly`); a test that
takes `every_target` runs on all, always.
"""

from typing import NamedTuple

import numpy as np
import pytest

from linalg_vjp.testing.backends import Backend, MissingBackend, load, names


def pytest_addoption(parser):
    parser.addoption("--backend", action="append", help="run on this backend alone; may be repeated")


class Target(NamedTuple):
    """A backend and one of its devices."""

    backend: Backend
    device: str | None

    def asarray(self, x):
        return self.backend.asarray(np.asarray(x), self.device)


def targets(asked, nightly):
    """Each backend on each device. What is missing is reported, or an error where it was asked for."""
    for name in asked or names():
        backend = load(name)
        try:
            backend.start()
        except MissingBackend as missing:
            if asked:
                raise pytest.UsageError(str(missing)) from missing
            yield pytest.param(None, id=name, marks=pytest.mark.skip(reason=f"not run: {missing}"))
            continue
        marks = [pytest.mark.nightly] if nightly and backend.nightly and not asked else []
        for device in backend.present():
            yield pytest.param(
                Target(backend, device), id=f"{name}-{device}" if device else name, marks=marks
            )


def pytest_generate_tests(metafunc):
    asked = metafunc.config.getoption("--backend")
    for name in {"target", "every_target"} & set(metafunc.fixturenames):
        metafunc.parametrize(name, list(targets(asked, nightly=name == "target")))
