"""The command `linalg-vjp`, run as a user runs it."""

import json
import subprocess
import sys

import pytest

import linalg_vjp as lv
from linalg_vjp import RULES, cli
from linalg_vjp.testing import probe
from linalg_vjp.testing.backends import MissingBackend, load, names

from .test_planted import planted


def test_check(capsys, tmp_path):
    file = tmp_path / "outcome.json"
    assert cli.main(["check", "--rule", "inv,lu", "--examples", "5", "--seed", "3", "--json", str(file)]) == 0
    text = capsys.readouterr().out
    assert "4 right, 0 wrong" in text
    outcome = json.loads(file.read_text())
    (found,) = outcome["backends"].values()
    assert [case["label"] for case in found["report"]] == ["C", "G"]
    assert {rule["rule"]: rule["examples"] for rule in found["rules"]} == {"inv": 5, "lu": 5}
    assert all(0 < rule["error"] < 100 for rule in found["rules"])


def test_check_for_a_while_on_two_libraries(capsys):
    """Rounds of new cases run until the time is over. The counts of cases add up."""
    arguments = ["check", "--rule", "trace", "--hours", "0.001", "--examples", "3", "--json", "-"]
    assert cli.main([*arguments, "--backend", "numpy,array-api-strict"]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert list(found["backends"]) == ["numpy", "array-api-strict"]
    counts = [backend["rules"][0]["examples"] for backend in found["backends"].values()]
    assert all(count > 3 and count % 3 == 0 for count in counts)
    assert f"{sum(counts)} random cases in 0.00 hours" in captured.err


def test_many_failures_are_summed_up(capsys, monkeypatch):
    """One failure of each of five rules is printed; other libraries are named, other failures counted."""

    def probe_rule(name, backend, *args):
        return probe.Outcome("", name, 1, None, f"{name} fails, {backend.name * 2}")

    monkeypatch.setattr(probe, "probe_rule", probe_rule)
    monkeypatch.setattr(probe, "probe_report", lambda *args: [])
    arguments = ["check", "--family", "norms", "--family", "solvers"]
    arguments += ["--backend", "array-api-strict", "--backend", "numpy"]
    assert cli.main(arguments) == 1
    text = capsys.readouterr().out
    wrong = 2 * sum(rule.family in ("norms", "solvers") for rule in RULES.values())
    assert text.count(" fails, numpynumpy") == 5
    assert " fails, array" not in text
    assert "Also wrong: a random case, on array-api-strict\n" in text
    assert f"{wrong - 5} more failures, see the table above; --all prints them" in text
    assert f"0 right, {wrong} wrong" in text
    assert cli.main([*arguments, "--all"]) == 1
    text = capsys.readouterr().out
    assert text.count(" fails, ") == wrong
    assert "more failures" not in text


def test_of_two_failures_the_smaller_is_kept():
    right = probe.Outcome("", "inv", 5, 2.0, None)
    wrong = [probe.Outcome("", "inv", 1, None, text) for text in ("a long case", "a case")]
    assert probe.merged(right, right) == probe.Outcome("", "inv", 10, 2.0, None)
    assert probe.merged(probe.merged(right, wrong[0]), wrong[1]) == ("", "inv", 7, None, "a case")


def test_check_a_family(capsys):
    """--family and --rule add up."""
    assert cli.main(["check", "--family", "norms", "--rule", "inv", "--examples", "2"]) == 0
    text = capsys.readouterr().out
    asked = ["inv", *(rule.name for rule in RULES.values() if rule.family == "norms")]
    assert f"{2 + len(asked)} right, 0 wrong" in text  # two are cases of the bug report
    assert all(name in text for name in asked)


def test_check_on_another_backend(capsys):
    assert cli.main(["check", "--rule", "det", "--examples", "3", "--backend", "array-api-strict"]) == 0
    assert "array-api-strict" in capsys.readouterr().out


def test_a_wrong_rule_is_found_and_its_smallest_input_printed(capsys, monkeypatch):
    wrong = planted("inv", vjp=lambda r, *_: (r[0].mT,))
    for module in (
        "linalg_vjp.testing.cases",
        "linalg_vjp.testing.probe",
        "linalg_vjp.testing.report",
        "linalg_vjp._api",
    ):
        monkeypatch.setattr(f"{module}.RULES", {**lv.RULES, "inv": wrong})
    assert cli.main(["check", "--rule", "inv", "--examples", "50"]) == 1
    text = capsys.readouterr().out
    assert "0 right, 2 wrong" in text
    code = text[text.rindex("    from numpy") :].split("\n\n")[0]
    statements = [line.strip() for line in code.splitlines() if line.startswith("    ")]
    assert statements[-1].startswith("check_rule(RULES['inv'], [array([[")
    assert "], [" in statements[-1]  # a 1 x 1 matrix does not show the error
    exec("\n".join(statements), {})  # passes, because here the rule is right


def test_a_crash_is_a_failure_too(monkeypatch):
    def crashes(*args, xp, **kw):
        raise RuntimeError("boom")

    wrong = planted("inv", vjp=lambda *_: crashes(xp=None))
    monkeypatch.setattr("linalg_vjp.testing.cases.RULES", {**lv.RULES, "inv": wrong})
    outcome = probe.probe_rule("inv", load("numpy"), 20, 0, lambda: None)
    assert "RuntimeError: boom; the input is array([" in outcome.failure


def test_rules(capsys):
    assert cli.main(["rules"]) == 0
    text = capsys.readouterr().out
    for rule in lv.RULES.values():
        assert f"{rule.name}  {rule.signature}\n" in text
        assert rule.domain in " ".join(text.split())


@pytest.mark.parametrize("columns", [40, 80])
def test_everything_fits_a_narrow_terminal(capsys, tmp_path, monkeypatch, columns):
    """Nothing is cut off: tables fold long texts."""
    monkeypatch.setenv("COLUMNS", str(columns))
    long = max(RULES, key=len)
    (tmp_path / "narrow.py").write_text(f"from linalg_vjp import RULES\n\n{long}_vjp = RULES[{long!r}].vjp\n")
    monkeypatch.chdir(tmp_path)
    for arguments in (
        ["rules"],
        ["backends"],
        ["check", "--rule", "solve_triangular", "--rule", long, "--examples", "1"],
        ["vectors", "--module", "narrow", "--rule", long],
    ):
        assert cli.main(arguments) == 0
        text = capsys.readouterr().out
        assert max(map(len, text.splitlines())) <= columns
        assert "\N{HORIZONTAL ELLIPSIS}" not in text


@pytest.mark.parametrize("command", [[], ["check"], ["vectors"], ["backends"], ["vendor"], ["rules"]])
def test_help_states_the_exit_codes(capsys, command):
    with pytest.raises(SystemExit):
        cli.main([*command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "0 if everything is right, 1 if something is wrong, 2 for bad usage, 130 if interrupted" in text


def test_bad_usage(capsys):
    assert cli.main(["check", "--backend", "abacus"]) == 2
    assert (
        "unknown backend 'abacus'; the known ones are array-api-strict, cupy, dask, jax, "
        in capsys.readouterr().err
    )
    assert cli.main(["check", "--json", "/no/such/folder/file.json"]) == 2
    assert "there is no folder /no/such/folder" in capsys.readouterr().err
    assert cli.main(["check", "--json", "/tmp"]) == 2
    assert "/tmp is a folder; give --json the name of a file" in capsys.readouterr().err
    for arguments in (
        [],
        ["check", "--rule", "qrr"],
        ["check", "--examples", "x"],
        ["check", "--hours", "-1"],
    ):
        with pytest.raises(SystemExit):
            cli.main(arguments)
    assert "expected a positive whole number, got 'x'" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough():
    command = f"{sys.executable} -m linalg_vjp rules | head -1"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert run.stdout == "qr  (m,n)->(m,k),(k,n)\n"
    assert run.stderr == ""


def test_a_backend_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "array_api_strict", None)
    with pytest.raises(MissingBackend, match=r"pip install 'array-api-strict"):
        load("array-api-strict").start()


def test_without_the_extra():
    for command, status in (("check", 2), ("rules", 0), ("backends", 0)):
        code = "import sys; sys.modules['rich'] = None; from linalg_vjp.cli import main; "
        code += f"sys.exit(main([{command!r}]))"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert run.returncode == status
        assert ("pip install 'linalg_vjp[check]'" in run.stderr) == (status == 2)


def test_module_and_command_are_one():
    run = subprocess.run(
        [sys.executable, "-m", "linalg_vjp", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == f"linalg-vjp {lv.__version__}"


def test_a_backend_that_cannot_be():
    with pytest.raises(MissingBackend, match="cannot run the rules: ndonnx has no linalg"):
        load("ndonnx").start()


def test_every_profile_loads():
    assert "numpy" in names()
    for name in names():
        assert load(name).dtypes or load(name).impossible
