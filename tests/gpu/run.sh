#!/usr/bin/env bash
# The matrix on a machine with an NVIDIA GPU, in under ten minutes: CuPy, PyTorch on CUDA, JAX on CUDA.
#
#     tests/gpu/run.sh [FOLDER]
#
# Python (PYTHON, or python3) must have the library with its test extra, and those of the three that are to be run.
# Each that passes is noted in its profile in backends/ and in docs/support.md; the results go to FOLDER, by
# default tests/gpu/results: one JUnit file for each library and a summary with the GPU and the versions.
set -uo pipefail
cd "$(dirname "$0")/../.."

python="${PYTHON:-python3}"
results="${1:-tests/gpu/results}"
if ! gpu="$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null)"; then
    echo "tests/gpu/run.sh: nvidia-smi finds no NVIDIA GPU here" >&2
    exit 2
fi
mkdir -p "$results"
summary="$results/summary.txt"
{ date -u +%Y-%m-%d; echo "$gpu"; "$python" --version; } > "$summary"

status=0
for backend in cupy torch jax; do
    # On JAX every operation is compiled for every shape: the vectors, and no random cases.
    tests=(tests/test_vectors.py tests/test_matrix.py tests/rules)
    [ "$backend" = jax ] && tests=(tests/test_vectors.py)
    timeout 200 "$python" -m pytest -q --backend "$backend" --device cuda --record \
        -k "every_backend or random_cases or rules" --junitxml="$results/$backend.xml" "${tests[@]}"
    code=$?
    version="$("$python" -c "from linalg_vjp.testing.backends import load; print(load('$backend').version)")"
    echo "$backend $version: exit $code" | tee -a "$summary"
    [ "$code" = 0 ] || status=1
done
exit "$status"
