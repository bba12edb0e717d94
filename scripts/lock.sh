#!/usr/bin/env bash
# Compile every requirements.in to a requirements.txt that pins everything and has the hash of every file.
# Each file is compiled by the Python that will install it, from packages for the kind of machine this runs on.
# Usage: lock.sh          keep the pins that still fit
#        lock.sh --upgrade  take the newest versions that fit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CUSTOM_COMPILE_COMMAND="make lock"   # what the header of each file names

compile() { # ENVIRONMENT INPUT [OPTION...]
    local python=build/lock/$1/bin/python input=$2 output=${2%.in}.txt
    shift 2
    echo "$output"
    cp "$output" "$output.new" 2>/dev/null || true   # the pins to keep
    "$python" -m piptools compile --quiet --strip-extras --allow-unsafe --generate-hashes --annotation-style=line \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        --output-file "$output.new" "$@" "$input" 2>build/logs/lock.log \
        || { tail -n 20 build/logs/lock.log >&2; exit 1; }
    # PyTorch is in a file of its own, with the hashes of the builds for every machine.
    check_torch "$output.new"
    awk '/^torch==/ { skipped = 1 } !skipped || /^[a-z]/ && !/^torch==/ { skipped = 0; print }' \
        "$output.new" >"$output.pinned"
    rm "$output.new"
    # Left alone when nothing changed, or make would install it again.
    if cmp -s "$output" "$output.pinned"; then rm "$output.pinned"; else mv "$output.pinned" "$output"; fi
}

check_torch() { # FILE
    local line
    while read -r line; do
        if ! grep -qF -- "$line" encoder/torch.txt; then
            echo "encoder/torch.txt does not know this build of PyTorch: $line" >&2
            exit 1
        fi
    done < <(sed -nE '/^torch==/,/[^\\]$/s/^ *(--hash=[^ ]*|torch==[^ ]*).*/\1/p' "$1")
}

mkdir -p build/logs
for environment in .venv-rasa .venv; do
    python=build/lock/$environment/bin/python
    [[ -x $python ]] || "$environment/bin/python" -m venv "build/lock/$environment"
    "$python" -m pip install --quiet --disable-pip-version-check pip-tools==7.6.2 2>build/logs/lock.log
done

compile .venv-rasa bot/requirements.in "$@"
compile .venv actions/requirements.in "$@"
compile .venv encoder/requirements.in "$@"      # under the pins of actions/requirements.txt
compile .venv actions/requirements-dev.in "$@"  # under the pins of both
