"""Write the type stubs: what an editor completes for `lv.vjp("qr", A)` and for the functions of an adapter.

`python -m tests.rules` writes them, from the registry and from the signatures of the functions. The stub of
an adapter can be written only where its host is installed.
"""

import ast
import importlib
import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import NoneType
from typing import Any

from linalg_vjp import RULES

PACKAGE = Path(__file__).parents[1] / "linalg_vjp"
# The adapters, and the module of the host whose words each of them follows.
ADAPTERS = {
    "jax": "jax.numpy.linalg",
    "jax_scipy": "jax.scipy.linalg",
    "mlx": "mlx.core.linalg",
    "torch": "torch.linalg",
}
NOTE = "# Written by `python -m tests.rules`, for type checkers and editors.\n"
OF_ADAPTER = "from collections.abc import Callable, Sequence\nfrom typing import Any\n"
NAMED = f"""{NOTE}
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, overload

from ._api import Pullback
from ._namespaces import Array, Namespace
from ._rule import Rule

__all__ = ["jvp", "vjp"]
"""
ANY_VJP = """
@overload
def vjp(
    rule: str | Rule, /, *inputs: Array, xp: Namespace | None = None, **params: Any
) -> tuple[Any, Pullback]: ...
"""
PUSHED = "inputs: Sequence[Array], tangents: Sequence[Array | None], *"
ANY_JVP = f"""
@overload
def jvp(
    rule: str | Rule, {PUSHED}, xp: Namespace | None = None, **params: Any
) -> tuple[Any, Any]: ...
"""


class Dots:
    """A default that a stub cannot write."""

    def __repr__(self):
        return "..."


def named():
    """The stub of `vjp` and `jvp`: an overload for each rule, and one for any."""
    rules = RULES.values()
    results = [
        f"\nclass {result(rule)}(NamedTuple):\n" + "".join(f"    {name}: Array\n" for name in rule.outputs)
        for rule in rules
        if len(rule.outputs) > 1
    ]
    vjps = [overload("vjp", rule, pulled(rule), f"{result(rule)}, Pullback") for rule in rules]
    jvps = [overload("jvp", rule, PUSHED, f"{result(rule)}, {result(rule)}") for rule in rules]
    return "".join([NAMED, *results, "\n", *vjps, ANY_VJP, *jvps, ANY_JVP])


def overload(function, rule, inputs, returned):
    keywords = "".join(f", {name}: {kind(p)} = {default(p.default)!r}" for name, p in rule.params.items())
    given = f'rule: Literal["{rule.name}"], {inputs}, xp: Namespace | None = None{keywords}'
    return f"@overload\ndef {function}({given}) -> tuple[{returned}]: ...\n"


def pulled(rule):
    """The inputs of a rule as parameters; the last may be repeated."""
    *first, last = [f"{name}: Array" for name in rule.inputs]
    return ", ".join([*first, "/", f"*{last}"] if rule.sides.repeats else [*first, last, "/", "*"])


def result(rule):
    """The type of what the operation returns."""
    return f"{rule.name}_result" if len(rule.outputs) > 1 else "Array"


def kind(param):
    """The type of a keyword, as far as its default and its values tell."""
    if isinstance(param.valid, tuple) and all(isinstance(value, str) for value in param.valid):
        return f"Literal{[*param.valid]}"
    return "bool" if isinstance(param.default, bool) else "Any"


def default(value):
    """A default that a stub can write, or dots."""
    infinite = value in (float("inf"), -float("inf"))
    return value if isinstance(value, NoneType | int | float | str | tuple) and not infinite else Dots()


def adapter(name):
    """The stub of an adapter: our functions with their signatures, and the host's own by import."""
    module = importlib.import_module(f"linalg_vjp.adapters.{name}")
    host = importlib.import_module(ADAPTERS[name])
    written = names_written_in(module)
    own, ours, types = [], [], set()
    for each in [name for name in module.__all__ if name not in written]:
        function = getattr(module, each)
        if function is getattr(host, each, None):
            own.append(f"from {ADAPTERS[name]} import {each} as {each}\n")
        elif callable(function):
            returned = returned_by(function, each)
            types |= {returned} - {"Any"}
            ours.append(f"def {each}{signature(function)} -> {returned}: ...\n")
    imported = "".join(f"from .._named import {each}\n" for each in sorted(types))
    return "".join([NOTE, OF_ADAPTER, *own, imported, *ours])


def names_written_in(module):
    """The names that a type checker finds in the source of a module."""
    found = set()
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
    return found


def returned_by(function, name):
    """What a function of an adapter returns: a named tuple of ours, or what its host returns."""
    ours = inspect.signature(function).return_annotation is inspect.Signature.empty
    return result(RULES[name]) if ours and len(RULES[name].outputs) > 1 else "Any"


def signature(function):
    """The parameters of a function, as a stub writes them."""
    empty, own = inspect.Parameter.empty, inspect.signature(function)
    parameters = [
        p.replace(
            annotation=Any if p.annotation is empty else p.annotation,
            default=empty if p.default is empty else default(p.default),
        )
        for p in own.parameters.values()
    ]
    text = str(own.replace(parameters=parameters, return_annotation=inspect.Signature.empty))
    return text.replace("typing.", "").replace("collections.abc.", "")


def stubs():
    """Every stub that can be written here: its path, and its text in the layout of ruff."""
    texts = {PACKAGE / "_named.pyi": named()}
    for name, host in ADAPTERS.items():
        if find_spec(host.split(".")[0]):
            texts[PACKAGE / "adapters" / f"_{name}_functions.pyi"] = adapter(name)
    for path, text in texts.items():
        for command in (["check", "--select", "I,F401", "--fix-only", "-q"], ["format", "-q"]):
            ran = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(path), "-"]
            text = subprocess.run(ran, input=text, capture_output=True, text=True, check=True).stdout
        yield path, text


def write():
    """Write all stubs whose hosts are installed."""
    for path, text in stubs():
        path.write_text(text, encoding="utf-8")
