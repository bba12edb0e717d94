#!/usr/bin/env bash
# Print the path of a Python that can make an environment, or say how to get one.
# Usage: find-python.sh VARIABLE VERSION...     e.g. find-python.sh PYTHON311 3.11 3.12 3.13
# Looks, in this order, at $VARIABLE, at pythonX.Y on PATH, at pyenv and at uv; the first VERSION is preferred.
set -euo pipefail

variable=$1
shift
versions=("$@")
looked_at=""

# What an interpreter says of itself: version|path|what it lacks. Valid in every Python.
read -r -d '' QUESTION <<'PYTHON' || true
import sys
lacks = ""
for name in ("ensurepip", "ssl", "sqlite3"):
    try:
        __import__(name)
    except ImportError:
        lacks += " " + name
print("%d.%d|%s|%s" % (sys.version_info[0], sys.version_info[1], sys.executable, lacks))
PYTHON

# Print the real path of interpreter $1 and end, when it runs, is a wanted version and is complete.
use_if_fit() {
    local answer version path lacks wanted
    if ! answer=$("$1" -c "$QUESTION" 2>/dev/null); then
        looked_at+="  $1: does not run"$'\n'
        return 0
    fi
    IFS='|' read -r version path lacks <<<"$answer"
    for wanted in "${versions[@]}"; do
        [[ $version == "$wanted" ]] || continue
        if [[ -n $lacks ]]; then
            looked_at+="  $1: lacks the module$lacks (on Debian and Ubuntu: apt install python$version-venv)"$'\n'
            return 0
        fi
        printf '%s\n' "$path"
        exit 0
    done
    looked_at+="  $1: is Python $version"$'\n'
}

if [[ -n ${!variable:-} ]]; then
    use_if_fit "${!variable}"
    printf '%s is set, but cannot be used. Wanted: Python %s.\n%s' \
        "$variable" "${versions[*]}" "$looked_at" >&2
    exit 1
fi

for version in "${versions[@]}"; do
    while IFS= read -r python; do
        use_if_fit "$python"
    done < <(type -aP "python$version" || true)
done

if command -v pyenv >/dev/null; then
    for version in "${versions[@]}"; do
        while IFS= read -r folder; do
            use_if_fit "$folder/bin/python"
        done < <(find "$(pyenv root)/versions" -maxdepth 1 -name "$version.*" 2>/dev/null | sort -rV)
    done
fi

if command -v uv >/dev/null; then
    for version in "${versions[@]}"; do
        if python=$(uv python find --system "$version" 2>/dev/null); then use_if_fit "$python"; fi
    done
    echo "Installing Python ${versions[0]} with uv ..." >&2
    if uv python install "${versions[0]}" >&2 && python=$(uv python find --system "${versions[0]}"); then
        use_if_fit "$python"
    fi
fi

first=${versions[0]}
{
    echo "No Python $first found. ${versions[*]} would do; nothing has been installed yet."
    [[ -z $looked_at ]] || printf 'Looked at:\n%s' "$looked_at"
    cat <<TEXT
Get it in one of these ways, then run make again:
  pyenv      pyenv install $first
  uv         pip install uv       (make then fetches Python $first itself)
  Ubuntu     add the "deadsnakes" package archive, then: apt install python$first python$first-venv
  conda      conda create -n python$first python=$first
             make $variable="\$(conda info --base)/envs/python$first/bin/python" run
  by hand    make $variable=/path/to/python$first run
TEXT
} >&2
exit 1
