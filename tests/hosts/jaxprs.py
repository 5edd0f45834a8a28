"""The operations in a program that JAX has traced."""


def equations(function, *x):
    """The operations that run, with the last branch of a `cond`, and the solve of a custom linear solve."""
    import jax

    return _within(jax.make_jaxpr(function)(*x))


def _within(value):
    from jax.extend.core import ClosedJaxpr, Jaxpr

    if isinstance(value, ClosedJaxpr):
        value = value.jaxpr
    if isinstance(value, Jaxpr):
        for equation in value.eqns:
            yield equation
            yield from _within(_parts(equation))
    elif isinstance(value, tuple):
        for part in value:
            yield from _within(part)


def _parts(equation):
    name, params = equation.primitive.name, equation.params
    if name == "cond":  # the branch for regular matrices, differentiated once
        return params["branches"][-1]
    if name == "scan":
        return (params["jaxpr"],) * params["length"]
    if name == "custom_linear_solve":  # the other programs are for its derivatives
        return params["jaxprs"].solve
    return tuple(params.values())
