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
from ._gauge import Gauge
from ._namespaces import Array, Namespace
from ._rule import Rule

__all__ = ["jvp", "vjp"]
"""
ANY_RULE = """
@overload
def vjp(
    rule: str | Rule, /, *inputs: Array, xp: Namespace | None = None, **params: Any
) -> tuple[Any, Pullback]: ...
@overload
def jvp(
    rule: str | Rule,
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    **params: Any,
) -> tuple[Any, Any]: ...
"""


def named():
    """The stub of `vjp` and `jvp`: an overload for each rule."""
    results, vjps, jvps = [], [], []
    for rule in RULES.values():
        if len(rule.outputs) > 1:
            fields = "".join(f"    {name}: Array\n" for name in rule.outputs)
            results.append(f"\nclass {result(rule)}(NamedTuple):\n{fields}")
        keywords = "".join(f", {name}: {kind(p)} = {default(p.default)}" for name, p in rule.params.items())
        *first, last = rule.inputs
        inputs = [f"{name}: Array" for name in first]
        inputs = (
            [*inputs, "/", f"*{last}: Array"] if rule.sides.repeats else [*inputs, f"{last}: Array", "/, *"]
        )
        start, end = (
            f'@overload\ndef {{}}(rule: Literal["{rule.name}"], ',
            f"xp: Namespace | None = None{keywords})",
        )
        vjps.append(
            f"{start.format('vjp')}{', '.join(inputs)}, {end} -> tuple[{result(rule)}, Pullback]: ...\n"
        )
        given = "inputs: Sequence[Array], tangents: Sequence[Array | None], *, "
        jvps.append(f"{start.format('jvp')}{given}{end} -> tuple[{result(rule)}, {result(rule)}]: ...\n")
    any_vjp, any_jvp = ANY_RULE.split("@overload")[1:]
    last = f"@overload{any_vjp}", f"@overload{any_jvp}"
    return "".join([NAMED, *results, "\n", *vjps, last[0], *jvps, last[1]])


def result(rule):
    """The type of what the operation returns."""
    return f"{rule.name}_result" if len(rule.outputs) > 1 else "Array"


def kind(param):
    """The type of a keyword, as far as its default and its values tell."""
    values = param.valid if isinstance(param.valid, tuple) else ()
    if values and all(isinstance(value, str) for value in values):
        literal = f"Literal[{', '.join(map(quoted, values))}]"
        return f"{literal} | Gauge" if "project" in values else literal
    return "bool" if isinstance(param.default, bool) else "Any"


def quoted(value):
    return f'"{value}"' if isinstance(value, str) else repr(value)


def default(value):
    """A default as it is written, or dots if it cannot be."""
    if value in (float("inf"), -float("inf")) or not isinstance(value, NoneType | int | float | str | tuple):
        return "..."
    return quoted(value)


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
    rule = RULES.get(name)
    of_rule = rule is not None and [*inspect.signature(function).parameters][: len(rule.inputs)] == [
        *rule.inputs
    ]
    annotated = inspect.signature(function).return_annotation is not inspect.Signature.empty
    return result(rule) if of_rule and not annotated and len(rule.outputs) > 1 else "Any"


def signature(function):
    """The parameters of a function, as a stub writes them."""
    kinds, parts, starred = inspect.Parameter, [], False
    parameters = [*inspect.signature(function).parameters.values()]
    for i, parameter in enumerate(parameters):
        if parameter.kind is kinds.KEYWORD_ONLY and not starred:
            starred = True
            parts.append("*")
        starred |= parameter.kind is kinds.VAR_POSITIONAL
        stars = {kinds.VAR_POSITIONAL: "*", kinds.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        given = parameter.default is not kinds.empty
        parts.append(
            f"{stars}{parameter.name}: {annotation(parameter)}" + given * f" = {default(parameter.default)}"
        )
        last = i + 1 == len(parameters) or parameters[i + 1].kind is not kinds.POSITIONAL_ONLY
        if parameter.kind is kinds.POSITIONAL_ONLY and last:
            parts.append("/")
    return f"({', '.join(parts)})"


def annotation(parameter):
    if parameter.annotation is inspect.Parameter.empty:
        return "Any"
    return (
        inspect.formatannotation(parameter.annotation).replace("typing.", "").replace("collections.abc.", "")
    )


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
