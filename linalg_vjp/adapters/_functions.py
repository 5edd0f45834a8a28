"""Wrap a rule as a function of a host: inputs first, then keywords, under the names that the host uses."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._rule import Rule, as_returned
from .._rules import RULES

__all__ = ["as_function"]

Apply = Callable[[tuple[Any, ...], dict[str, Any]], Sequence[Any]]


def as_function(
    rule: Rule,
    apply: Apply,
    host: str,
    words: Mapping[str, str],
    positional: int = 0,
    module: str = "",
) -> Callable[..., Any]:
    """Wrap a rule as a function of a host.

    Parameters
    ----------
    rule : Rule
    apply : callable
        ``apply(inputs, given)`` returns the outputs, in a form that the host can differentiate. `given` holds
        the keywords of the call under the rule's names.
    host : str
        The host's name, for the docstring.
    words : mapping of str to str
        Maps the host's keyword names to the rule's, where they differ.
    positional : int
        How many keywords may be passed by position, because the host has them in the same order.
    module : str
        The module that holds the functions of the built-in rules. Pickle finds them there.

    Returns
    -------
    callable
        Returns what the operation itself returns: an array, or a named tuple of arrays. If the rule takes any
        number of arrays, pass them one by one or in one list.
    """
    repeats = rule.sides.repeats

    def function(*args: Any, **keywords: Any) -> Any:
        if repeats and args and isinstance(args[0], list | tuple):
            args = (*args[0], *args[1:])
        count = len(args) if repeats else len(rule.inputs)
        if not keywords and len(args) == count:
            return as_returned(rule, apply(args, {}))
        given = dict(zip(rule.params, args[count:], strict=False))
        for word, value in keywords.items():
            name = words.get(word, word)
            if name in given:
                raise TypeError(f"{rule.name}: got {word} twice; the signature is {rule.name}{signature}")
            given[name] = value
        if len(args) > count + min(positional, len(rule.params)):
            raise TypeError(
                f"{rule.name}: got {len(args)} positional arguments; the signature is {rule.name}{signature}"
            )
        try:
            return as_returned(rule, apply(args[:count], given))
        except (TypeError, ValueError) as error:
            raise _reworded(error, words, keywords) from error

    spelled = {standard: word for word, standard in words.items()}
    kinds = inspect.Parameter
    signature = inspect.Signature(
        [
            kinds(
                name, kinds.VAR_POSITIONAL if repeats and name == rule.inputs[-1] else kinds.POSITIONAL_ONLY
            )
            for name in rule.inputs
        ]
        + [
            kinds(
                spelled.get(name, name),
                kinds.POSITIONAL_OR_KEYWORD if i < positional else kinds.KEYWORD_ONLY,
                default=param.default,
            )
            for i, (name, param) in enumerate(rule.params.items())
        ]
    )
    function.__name__ = function.__qualname__ = rule.name
    if RULES.get(rule.name) is rule:
        function.__module__ = module
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.__doc__ = (
        f"`{rule.name}` for {host}, with derivatives by linalg_vjp: {', '.join(rule.outputs)} from "
        f"{', '.join(rule.inputs)}.\n\n"
        f"Core shapes: {rule.signature}\n\nDifferentiable at: {rule.domain or 'every input'}."
    )
    return function


def _reworded(error: Exception, words: Mapping[str, str], keywords: Mapping[str, Any]) -> Exception:
    """The error, with the keyword names that the call used."""
    text = str(error)
    for word in keywords:
        if word in words:
            text = text.replace(f" {words[word]}=", f" {word}=")
    return error if text == str(error) else type(error)(text)
