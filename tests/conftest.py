"""The backends that the tests run on: those with a profile in backends/, or those that --backend names.

A test that takes `target` runs on every backend, but on the slow ones only with `-m nightly`. A test that
takes `every_target` always runs on all of them; on a slow one, `target.some(cases)` is a fifth of the cases.
"""

import ctypes
import datetime
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import hypothesis
import numpy as np
import pytest

from linalg_vjp import RULES
from linalg_vjp.testing.backends import Backend, MissingBackend, load, names
from linalg_vjp.testing.support import support_page

ROOT = Path(__file__).parents[1]

hypothesis.settings.register_profile("as-found", phases=[hypothesis.Phase.generate])


def pytest_addoption(parser):
    parser.addoption("--backend", action="append", help="run only on this backend; may be repeated")
    parser.addoption("--device", default="", help="run only on devices with this in their name, such as cuda")
    parser.addoption(
        "--record", action="store_true", help="record that the backends of --backend were verified today"
    )


def pytest_configure(config):
    """Share what JAX compiles among the processes of a run, which compile the same small programs."""
    if hasattr(config, "workerinput"):
        return
    store = tempfile.TemporaryDirectory(prefix="jax-")
    config.add_cleanup(store.cleanup)
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", store.name)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


HELD = 3 * 2**30  # bytes that a process may use before JAX's caches are cleared


def pytest_runtest_teardown(item):
    """Clear JAX's caches: it keeps every compiled program, and ten thousand take ten gigabytes."""
    statm, jax = Path("/proc/self/statm"), sys.modules.get("jax")  # only Linux has this file
    if jax and statm.exists() and int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") > HELD:
        jax.clear_caches()
        ctypes.CDLL(None).malloc_trim(0)  # otherwise the process would keep the freed memory


class Target(NamedTuple):
    """A backend and one of its devices."""

    backend: Backend
    device: str | None
    step: int = 1  # 5 to run a fifth of the cases

    def some(self, cases):
        return cases[:: self.step]

    def asarray(self, x):
        x = np.asarray(x)
        if x.dtype.kind in "fc" and x.dtype.name not in self.backend.dtypes:
            pytest.skip(f"not run: {self.backend.name} has no {x.dtype}")
        if x.size == 0 and not self.backend.empty:
            pytest.skip(f"not run: axes of size 0 are not tried on {self.backend.name}")
        return self.backend.asarray(x, self.device)


def targets(asked, device_name, nightly):
    """Each backend on each device. A slow one runs at night, or with a part of the cases by day.

    A missing backend is reported as skipped, or is an error if --backend names it.
    """
    for name in asked or names():
        backend = load(name)
        try:
            backend.start()
        except MissingBackend as missing:
            if asked:
                raise pytest.UsageError(str(missing)) from missing
            if backend.impossible:
                continue
            yield pytest.param(None, id=name, marks=pytest.mark.skip(reason=f"not run: {missing}"))
            continue
        slow = backend.nightly and not asked
        chosen = devices_of(backend, device_name)
        if asked and not chosen:
            raise pytest.UsageError(f"{name} has no device with {device_name!r} in its name here")
        for device in chosen:
            place = f"{name}-{device}" if device else name
            if slow and not nightly:
                yield pytest.param(Target(backend, device, 5), id=f"{place}-a fifth")
            yield pytest.param(Target(backend, device), id=place, marks=[pytest.mark.nightly] if slow else [])


@pytest.fixture(autouse=True)
def _in_a_gap(request):
    """Skip rules that fall into a gap of the library. test_backends.py checks that the gaps still exist."""
    params = getattr(request.node, "callspec", None) and request.node.callspec.params
    if params and isinstance(params.get("target"), Target):
        page, dtype = request.node.path.stem.removeprefix("test_"), params.get("dtype", "complex128")
        rules = [rule.name for rule in RULES.values() if rule.page == page]
        gaps = [params["target"].backend.lacks(rule, dtype) for rule in rules]
        gap = next((gap for gap in gaps if gap), None)
        if gap:
            pytest.skip(f"not run: {gap.reason}")


def pytest_generate_tests(metafunc):
    asked, device = (metafunc.config.getoption(option) for option in ("--backend", "--device"))
    for name in {"target", "every_target"} & set(metafunc.fixturenames):
        metafunc.parametrize(name, list(targets(asked, device, nightly=name == "target")))


PASSED = set()


def pytest_runtest_logreport(report):
    if report.when == "call" and report.passed:
        PASSED.add(report.nodeid.partition("::")[2])


def pytest_sessionfinish(session, exitstatus):
    """With --record, write into the profiles of the backends that all the tests that count passed."""
    config = session.config
    if not config.getoption("--record") or exitstatus != 0 or hasattr(config, "workerinput"):
        return
    for name in config.getoption("--backend") or ():
        if missing := not_verified(load(name), config.getoption("--device")):
            raise pytest.UsageError(f"{name} is not recorded as verified: {missing} did not pass here")
        record(load(name), config.getoption("--device"))
    (ROOT / "docs" / "support.md").write_text(support_page(), encoding="utf-8")


def not_verified(backend, device_name=""):
    """A test that a verified backend must pass and that did not pass here, or an empty string."""
    for device in devices_of(backend, device_name):
        place = f"{backend.name}-{device}" if device else backend.name
        for rule in RULES:
            for test in (f"test_random_cases[{place}-{rule}]", f"in_single_precision[{place}-{rule}]"):
                if not any(passed.endswith(test) for passed in PASSED):
                    return test
    return ""


def devices_of(backend, device_name):
    return [d for d in backend.present() if device_name.lower() in (d or "").lower()]


def record(backend, device_name=""):
    path = ROOT / "backends" / f"{backend.name}.toml"
    head = path.read_text(encoding="utf-8").partition("\n[[last_verified]]")[0].rstrip("\n")
    device = ", ".join(d or "cpu" for d in devices_of(backend, device_name))
    if "cuda" in device.lower():
        query = ["nvidia-smi", "-i", "0", "--query-gpu=name", "--format=csv,noheader"]
        device = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    found = {"date": datetime.date.today().isoformat(), "version": backend.version, "device": device}
    entries = [*(entry for entry in backend.last_verified if entry["device"] != device), found]
    tables = ("".join(f"{key} = {json.dumps(value)}\n" for key, value in entry.items()) for entry in entries)
    text = "".join(f"\n[[last_verified]]\n{table}" for table in tables)
    path.write_text(f"{head}\n{text}", encoding="utf-8")
