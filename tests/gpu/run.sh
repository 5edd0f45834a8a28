#!/usr/bin/env bash
# The matrix on a machine with an NVIDIA GPU, in under ten minutes: CuPy, PyTorch on CUDA, JAX on CUDA.
#
#     tests/gpu/run.sh [BACKEND ...]
#
# The Python (PYTHON, or python3) must have the library with its test extra, and the backends that are named; without
# a name it is those of cupy, torch and jax that can be imported. A backend on which the vectors and the random cases
# of every rule pass, check_rule with its oracle included, is noted in its profile and in docs/support.md; then come the
# adapters of PyTorch and JAX. One JUnit file for each backend, and a summary with the GPU and the versions, go to
# tests/gpu/results (or to RESULTS). LIMIT is the number of seconds that each may take. The speed there is
# `python -m tests.bench --device cuda --publish`.
set -uo pipefail
cd "$(dirname "$0")/../.."

python="${PYTHON:-python3}"
results="${RESULTS:-tests/gpu/results}"
if ! gpu="$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null)"; then
    echo "tests/gpu/run.sh: nvidia-smi finds no NVIDIA GPU here" >&2
    exit 2
fi
backends=("$@")
if [ "$#" = 0 ]; then
    for backend in cupy torch jax; do
        if "$python" -c "import $backend" 2>/dev/null; then backends+=("$backend"); else echo "$backend: not here"; fi
    done
fi
mkdir -p "$results"
summary="$results/summary.txt"
{ date -u +%Y-%m-%d; echo "$gpu"; "$python" --version; } > "$summary"

# Many processes share one GPU, and JAX would take most of its memory for the first. A case that fails is reported as
# it was found: to make it small first takes longer than all the rest.
export XLA_PYTHON_CLIENT_PREALLOCATE=false
JAX_COMPILATION_CACHE_DIR="$(mktemp -d)" # what one process has compiled the others need not
export JAX_COMPILATION_CACHE_DIR JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 # a machine with a GPU may have plugins that warn, and a warning is an error
processes="$("$python" -c "import os; print(os.cpu_count())")"
status=0
for backend in "${backends[@]}"; do
    timeout -s INT -k 10 "${LIMIT:-190}" "$python" -m pytest -q -p xdist.plugin -p _hypothesis_pytestplugin \
        -n "$processes" --hypothesis-profile as-found --backend "$backend" --device cuda --record \
        -k "every_backend or random_cases" --junitxml="$results/$backend.xml" \
        tests/test_vectors.py tests/test_matrix.py
    code=$?
    version="$("$python" -c "from linalg_vjp.testing.backends import load; print(load('$backend').version)")"
    echo "$backend $version: exit $code" | tee -a "$summary"
    [ "$code" = 0 ] || status=1
done
timeout -s INT -k 10 "${LIMIT:-190}" "$python" -m pytest -q -p xdist.plugin -p _hypothesis_pytestplugin \
    -n "$processes" tests/gpu/test_adapters.py
code=$?
echo "adapters: exit $code" | tee -a "$summary"
[ "$code" = 0 ] || status=1
exit "$status"
