"""A function of an adapter, called as a program calls the host's own of that name."""

WORDS = {"axis": "dim", "keepdims": "keepdim"}


def door(L, name):
    """Of the inputs and keywords of the rule; the outputs of the rule."""
    function = getattr(L, name)
    torch = L.__name__.endswith(".torch")

    def call(*inputs, **params):
        if torch:
            params = {WORDS.get(word, word): value for word, value in params.items()}
        if name == "multi_dot" and name in L.REPLACED:
            return function(list(inputs), **params)
        found = function(*inputs, **params)
        return found[:2] if name == "lstsq" else found

    return call
