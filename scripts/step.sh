#!/usr/bin/env bash
# Run one step of the set-up: a line or two for the reader, all its output to build/logs/NAME.log.
# Usage: step.sh NAME "[2/6] What is being done" COMMAND...
set -uo pipefail
# shellcheck source=scripts/settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

name=$1 title=$2
shift 2
log=build/logs/$name.log

# Show on a terminal that a long step is alive, in one line however narrow it is.
tick() {
    local columns
    columns=$(stty size <&3 2>/dev/null | cut -d ' ' -f 2)
    ((columns > 20)) || columns=80
    while kill -0 "$$" 2>/dev/null; do
        printf '\r%s ... %s s' "${title:0:columns-12}" "$SECONDS"
        sleep 1
    done
}

# Say why the step failed and what to do, where the log tells.
explain() {
    local pattern why todo
    while IFS='|' read -r pattern why todo; do
        if grep -qE "${pattern//;/|}" "$log"; then
            printf 'Why: %s\nWhat to do: %s\n' "$why" "$todo"
            return
        fi
    done <<'CAUSES'
No space left on device;Disk quota exceeded|the disk is full.|free about 6 GB, then run the same command again.
name resolution;Name or service not known;NewConnectionError;Network is unreachable;ConnectTimeout;Read timed out;ReadTimeout;Connection refused;ConnectionReset;ProxyError|the package index could not be reached.|check the network or the proxy (HTTPS_PROXY), then run the same command again.
CERTIFICATE_VERIFY_FAILED|the package index's certificate is not trusted here.|name your organisation's certificates with PIP_CERT=/path/to/bundle.pem, then run the same command again.
No matching distribution found for torch|PyTorch's CPU build is not in the package index that is set.|name PyTorch's own index in BONAFIDE_TORCH_INDEX ("PyTorch" in docs/setup.md), then run the same command again.
DO NOT MATCH THE HASHES|a package is not the one that was locked: another file under its name, or a build that the lock does not know.|do not go on with it. Is another package index set (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL)? On another kind of machine, see "Other machines" in docs/setup.md.
No matching distribution found;Could not find a version that satisfies|a package has no build for this machine or this Python.|see "Other machines" in docs/setup.md.
Python\.h: No such file;command '?[a-z/_0-9-]*(gcc;cc;clang)'? failed;unable to execute|a package has to be compiled and the compiler or the Python headers are missing.|install them (Debian and Ubuntu: apt install build-essential python3-dev), then run the same command again.
MemoryError;Cannot allocate memory;^Killed|there was not enough memory.|close other programs (about 4 GB must be free), then run the same command again.
CAUSES
    if ((status == 137)); then
        printf 'Why: it was killed, most likely for want of memory.\nWhat to do: free about 4 GB, then run the same command again.\n'
        return
    fi
    printf 'What to do: read %s, mend what it names, then run the same command again.\n' "$log"
}

mkdir -p build/logs
load_settings
ticker="" interrupted=""
trap 'interrupted=yes' INT
if [[ -t 1 ]]; then
    tick 3>&1 &
    ticker=$!
else
    printf '%s\n' "$title"
fi

# In the foreground, so that Ctrl-C reaches it.
"$@" </dev/null >"$log" 2>&1
status=$?

if [[ -n $ticker ]]; then
    kill "$ticker" 2>/dev/null
    wait "$ticker" 2>/dev/null
    printf '\r\033[K'
fi
if ((status == 0)); then
    if [[ -n $ticker ]]; then printf '%s: ' "$title"; else printf '      '; fi
    printf 'done in %s s\n' "$SECONDS"
    exit 0
fi
{
    if [[ -n $interrupted ]]; then
        printf '%s: stopped. Run the same command again to go on.\n' "$title"
        exit 130
    fi
    printf '%s: FAILED after %s s (exit %s)\n' "$title" "$SECONDS" "$status"
    printf 'The last lines of %s:\n' "$log"
    tail -n 20 "$log" | sed $'s/\033\\[[0-9;]*m//g; s/^/    /'   # without the colours, indented
    explain
} >&2
exit "$status"
