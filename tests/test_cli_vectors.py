"""The command `linalg-vjp vectors`, on modules of a user."""

import re
import sys

from linalg_vjp import RULES, cli

VECTORS = """
from linalg_vjp import RULES

calls = []


def inv_vjp(inputs, outputs, cotangents):
    calls.append(cotangents)
    return RULES["inv"].vjp(inputs, outputs, cotangents)


def lu_vjp(inputs, outputs, cotangents, p_indices):
    P, L, U = outputs
    return RULES["lu"].vjp(inputs, (P if p_indices else P.mT, L, U), cotangents, p_indices=p_indices)


def det_jvp(inputs, outputs, tangents):
    return RULES["det"].jvp(inputs, outputs, tangents)


def choleski_vjp(inputs, outputs, cotangents):
    pass
"""


def test_vectors_against_a_module_of_ones_own(capsys, tmp_path, monkeypatch):
    (tmp_path / "own_rules.py").write_text(VECTORS)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["vectors", "--module", "own_rules", "--rule", "inv"]) == 0
    assert "8 right, 0 wrong" in capsys.readouterr().out
    assert cli.main(["vectors", "--module", "own_rules"]) == 1
    text = capsys.readouterr().out
    assert text.count("lu_vjp, ") == 1  # only the first failure is printed in full
    assert "cyclic permutation, L_bar alone" in " ".join(text.split())
    assert "p_indices" not in text
    assert cli.main(["vectors", "--module", "own_rules", "--all"]) == 1
    assert "lu_vjp, cyclic permutation, L_bar alone" in capsys.readouterr().out
    assert cli.main(["vectors", "--module", "own_rules", "--rule", "lu", "--zeros"]) == 1
    captured = capsys.readouterr()
    assert "skipped choleski_vjp, which is not named after a rule" in captured.err
    assert cli.main(["vectors", "--module", "own_rules", "--rule", "cholesky"]) == 2
    assert "own_rules has no function cholesky_vjp" in capsys.readouterr().err
    assert "" not in sys.path


def test_vectors_that_are_all_wrong(capsys, tmp_path, monkeypatch):
    """Prints the first failure of five functions, the names of five more cases of each, and a count."""
    names = list(RULES)[:12]
    (tmp_path / "all_wrong.py").write_text(
        "".join(f"def {name}_vjp(*args, **kw):\n    raise ValueError('boom')\n" for name in names)
    )
    monkeypatch.chdir(tmp_path)
    arguments = ["vectors", "--module", "all_wrong", *(word for name in names for word in ("--rule", name))]
    assert cli.main(arguments) == 1
    text = capsys.readouterr().out
    wrong = int(re.search(r"0 right, (\d+) wrong", text)[1])
    assert text.count("ValueError: boom") == 5
    assert f"{wrong - 5} more failures, see the table above; --all prints them" in text
    assert re.search(r"Also wrong: ([^;]+; ){4}[^;]+;\sand\s\d+\smore\n", text)
    assert cli.main([*arguments, "--all"]) == 1
    assert capsys.readouterr().out.count("ValueError: boom") == wrong


def test_vectors_of_nothing(capsys):
    assert cli.main(["vectors", "--module", "math", "--rule", "qr"]) == 2
    assert "math has no function qr_vjp" in capsys.readouterr().err
    assert cli.main(["vectors", "--module", "no.such"]) == 2
    assert "no module no.such in this folder or on sys.path" in capsys.readouterr().err
    for name in ("", "./module.py"):
        assert cli.main(["vectors", "--module", name]) == 2
        assert "is not the name of a module; pass a name such as package.module" in capsys.readouterr().err


def test_a_module_that_fails(capsys, tmp_path, monkeypatch):
    """Its traceback is shown, and the status is that of bad usage, not that of a wrong rule."""
    (tmp_path / "failing.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert cli.main(["vectors", "--module", "failing"]) == 2
    text = capsys.readouterr().err
    assert "ZeroDivisionError" in text
    assert "failing cannot be imported, see above" in text
