"""Ctrl-C during a command: the results so far are printed, and the exit status is 130."""

import gc
import signal
import sys

import pytest

import linalg_vjp as lv
from linalg_vjp import cli
from linalg_vjp.testing import probe
from linalg_vjp.testing.backends import load

from .test_planted import planted


def test_an_interrupted_check_prints_what_was_done(capsys, monkeypatch):
    tried = []

    def probe_rule(name, *args):
        if tried:
            raise KeyboardInterrupt
        tried.append(name)
        return original(name, *args)

    original = probe.probe_rule
    monkeypatch.setattr(probe, "probe_rule", probe_rule)
    assert cli.main(["check", "--rule", "trace", "--rule", "inv", "--examples", "3"]) == 130
    text = capsys.readouterr().out
    assert "3 random cases in" in text
    assert "interrupted: these are the results up to then" in text


def test_an_interrupted_rule_keeps_its_cases(capsys, monkeypatch):
    """It keeps the cases that were right, and a failure that was not yet reduced to the smallest one."""
    left = iter(range(3))

    def step():
        if next(left, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(probe.Interrupted) as interrupted:
        probe.probe_rule("inv", load("numpy"), 20, 0, step)
    assert interrupted.value.outcome.examples == 4
    assert interrupted.value.outcome.failure is None

    calls = iter(range(40))

    def wrong(r, *args):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return (r[0].mT,)

    monkeypatch.setattr("linalg_vjp.testing.cases.RULES", {**lv.RULES, "inv": planted("inv", vjp=wrong)})
    monkeypatch.setattr(probe, "probe_report", lambda *args: [])
    assert cli.main(["check", "--rule", "inv"]) == 130
    text = capsys.readouterr().out
    assert "check_rule(RULES['inv'], [array([" in text
    assert "0 right, 1 wrong" in text


@pytest.fixture
def foreground():
    """Handle SIGINT as in the foreground: these tests may run in the background, where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("foreground")
def test_an_interrupt_that_python_drops_is_heard(capsys, monkeypatch):
    """Python drops an exception in a callback of the garbage collector, such as the one of Hypothesis."""

    def drop(phase, info):
        signal.raise_signal(signal.SIGINT)

    def probe_report(backend, selected, step):
        gc.callbacks.append(drop)
        try:
            gc.collect()
        finally:
            gc.callbacks.remove(drop)
        yield probe.Outcome("G", "inv", 1, 1.0, None)
        step()
        raise AssertionError("it went on")

    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: None)
    monkeypatch.setattr(probe, "probe_report", probe_report)
    before = signal.getsignal(signal.SIGINT)
    assert cli.main(["check", "--rule", "inv", "--examples", "1"]) == 130
    assert "1 right, 0 wrong" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupted_check_that_found_something_is_interrupted(capsys, monkeypatch):
    def probe_rule(name, *args):
        if name == "inv":
            raise KeyboardInterrupt
        return probe.Outcome("", name, 1, None, "boom")

    monkeypatch.setattr(probe, "probe_rule", probe_rule)
    assert cli.main(["check", "--rule", "qr", "--rule", "inv", "--examples", "3"]) == 130
    assert "boom" in capsys.readouterr().out


IMPATIENT = """
def qr_vjp(*args, **kw):
    return ()


def lu_vjp(*args, **kw):
    raise KeyboardInterrupt
"""


def test_interrupted_vectors_print_what_was_done(capsys, tmp_path, monkeypatch):
    (tmp_path / "impatient.py").write_text(IMPATIENT)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["vectors", "--module", "impatient"]) == 130
    text = capsys.readouterr().out
    assert "qr_vjp, " in text
    assert "got 0 arrays" in text
    assert "interrupted: these are the results up to then" in text
