#!/usr/bin/env bash
# What a GPU does, measured by one command: see BENCHMARKS.md, or `bench/gpu.sh --help`.
set -euo pipefail
exec "${PYTHON:-python3}" "$(dirname "$0")/gpu.py" "$@"
