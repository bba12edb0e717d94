#!/usr/bin/env bash
# Make and mend one Python environment.
# Usage: venv.sh stale DIR VERSION...            print DIR/.stale when DIR is there but must be made anew
#        venv.sh create DIR VARIABLE VERSION...  make it (anew, when stale); see find-python.sh
#        venv.sh install DIR PIP-ARGUMENT...     install into it: only what has one of the hashes in its file
#        venv.sh torch DIR FILE                  the same for PyTorch, from BONAFIDE_TORCH_INDEX if that is set
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
act=$1 dir=$2
shift 2

install() {
    touch "$dir/.installing"
    "$dir/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off --require-hashes "$@"
    rm "$dir/.installing"
}

# No interpreter left, another version of Python, or an install that was cut off half-way.
is_stale() {
    [[ -x $dir/bin/python && ! -e $dir/.installing ]] || return 0
    local version
    for version in "$@"; do
        if grep -qE "^version(_info)? *= *${version/./\\.}(\.|$)" "$dir/pyvenv.cfg" 2>/dev/null; then return 1; fi
    done
}

case $act in
    stale)
        if [[ -e $dir ]] && is_stale "$@"; then echo "$dir/.stale"; fi
        ;;
    create)
        variable=$1
        shift
        if is_stale "$@"; then
            python=$("$here/find-python.sh" "$variable" "$@")
            rm -rf "$dir"
            "$python" -m venv "$dir"
        fi
        touch "$dir/.created"
        ;;
    install)
        install "$@"
        ;;
    torch)
        # That index serves this one package and no other, so no other can be slipped in from there.
        install --no-deps ${BONAFIDE_TORCH_INDEX:+--index-url "$BONAFIDE_TORCH_INDEX"} -r "$1"
        ;;
    *)
        sed -n '2,6s/^# //p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
