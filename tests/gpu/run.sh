#!/usr/bin/env bash
# The matrix on a machine with an NVIDIA GPU, in under ten minutes: CuPy, PyTorch on CUDA, JAX on CUDA.
#
#     tests/gpu/run.sh [BACKEND ...]
#
# The Python (PYTHON, or python3) must have the library with its test extra, and the backends that are named; without
# a name it is those of cupy, torch and jax that can be imported. A backend on which the vectors and the random cases
# of every rule pass, check_rule with its oracle included, is noted in its profile and in docs/support.md; one JUnit
# file for each, and a summary with the GPU and the versions, go to tests/gpu/results (or to RESULTS). The speed there is
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

# JAX compiles every operation for every shape: many processes share that.
status=0
for backend in "${backends[@]}"; do
    timeout -s INT -k 10 190 "$python" -m pytest -q -n 8 --backend "$backend" --device cuda --record \
        -k "every_backend or random_cases" --junitxml="$results/$backend.xml" \
        tests/test_vectors.py tests/test_matrix.py
    code=$?
    version="$("$python" -c "from linalg_vjp.testing.backends import load; print(load('$backend').version)")"
    echo "$backend $version: exit $code" | tee -a "$summary"
    [ "$code" = 0 ] || status=1
done
exit "$status"
