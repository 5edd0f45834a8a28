"""What this library and others differentiate, op by op: `python -m tests.coverage` writes docs/coverage.md.

points.py        the points: a few test vectors of each rule, and what is right there
judge.py         what a framework makes of them, in a word for each derivative
hosts.py         PyTorch, JAX and autograd, with their own functions and with ours
tensorflow.py    TensorFlow
pytensor.py      PyTensor
read.toml        what was read in the source of ChainRules.jl
results/         what each run found, with its version and date
page.py          the page, from all of this and the registry
"""
