#!/usr/bin/env bash
# The paired benchmark: see BENCHMARKS.md, or `bench/run.sh --help`.
set -euo pipefail
exec "${PYTHON:-python3}" "$(dirname "$0")/run.py" "$@"
