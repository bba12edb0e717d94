#!/usr/bin/env bash
# Take out of .venv what only the encoder's export needs (torch, sentence-transformers, ...).
# The exported encoder in build/encoder stays, so "make run" goes on working; "make test" puts them back.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

names() { sed -nE 's/^([A-Za-z0-9._-]+)==.*/\1/p' "$@" | sort -u; }
# Builds of torch with GPU support bring packages that the compiled file does not name.
gpu_packages() { .venv/bin/python -m pip list --format freeze --disable-pip-version-check 2>/dev/null | grep -E '^(nvidia|triton|cuda)' || true; }

if [[ ! -e build/encoder/manifest.json ]]; then
    echo "There is no encoder in build/encoder yet, and these packages make it. Run: make encoder" >&2
    exit 1
fi
before=$(du -sm .venv | cut -f1)
{
    comm -23 <(names encoder/torch.txt encoder/requirements.txt encoder/model.txt) \
        <(names actions/requirements.txt actions/requirements-dev.txt)
    gpu_packages | cut -d= -f1
} | xargs .venv/bin/python -m pip uninstall --yes --quiet --disable-pip-version-check
rm -f .venv/.export
echo "The environment .venv took ${before} MB and takes $(du -sm .venv | cut -f1) MB now."
