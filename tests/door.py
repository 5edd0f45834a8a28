"""Functions of an adapter that replace a host's own, called as a program calls the host's."""

import linalg_vjp as lv

WORDS = {"axis": "dim", "keepdims": "keepdim"}


def door(L, name):
    """The adapter's function, with the inputs, keywords and outputs of the rule."""
    rule, replaced = lv.RULES[name], getattr(L, "REPLACED", {})
    function = replaced.get(name, L.OPERATIONS[name])

    def call(*inputs, **params):
        if name in replaced and L.__name__.endswith(".torch"):
            params = {WORDS.get(word, word): value for word, value in params.items()}
        if name in replaced and rule.sides.repeats:
            return function(list(inputs), **params)
        found = function(*inputs, **params)
        return found[: len(rule.outputs)] if len(rule.outputs) > 1 else found

    return call
