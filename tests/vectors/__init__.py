"""The generator of the test vectors: `python -m tests.vectors` writes rules/*.json.

Nothing here knows `linalg_vjp`. Each op is written from its definition in 110 digits (one file per rule, as
in `rules/`), differentiated by central differences at that precision, and rounded last.

    exact.py        arithmetic at 110 digits, and derivatives there
    points.py       a point: an op, its inputs, its keywords; from it, the cases of the vectors
    qr.py, ...      the ops, each smooth near the point where it is taken, and their points
    writing.py      the JSON files
"""
