"""Refuse a port that is taken or is no port: says which, who holds it and what to set."""

import errno
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

# The settings, with what each port is for, and the setting of the address it is on.
PORTS = {
    "BONAFIDE_PORT": ("the Rasa server", "BONAFIDE_HOST"),
    "BONAFIDE_ACTIONS_PORT": ("the action server", "BONAFIDE_ACTIONS_HOST"),
}
LOCAL = "127.0.0.1"
# Errors where an address, or a name, is not one of this machine's.
NOT_OURS = (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_NODATA)
LISTENING = "0A"  # the state column of /proc/net/tcp


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Print what is wrong with the ports to stderr; return the exit code."""
    problems = find_problems(environ)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def find_problems(environ: Mapping[str, str]) -> list[str]:
    """Return one message for each port that cannot be used, empty when all can."""
    problems = []
    users: dict[int, str] = {}
    for setting, (server, host_setting) in PORTS.items():
        host = environ.get(host_setting) or LOCAL
        value = environ.get(setting, "")
        if not value.isdecimal() or not 1 <= int(value) <= 65535:
            problems.append(f"{setting} is {value!r}: it must be a port, a number from 1 to 65535.")
            continue
        port = int(value)
        if port in users:
            problems.append(
                f"{users[port]} and {setting} are both {port}: set one of them to another port."
            )
        elif (error := try_to_listen(host, port)) in NOT_OURS:
            problems.append(f"{host_setting} is {host!r}: this machine has no such address.")
        elif error:
            holder = find_holder(port)
            problems.append(
                f"Port {port}, for {server}, is taken{f' by {holder}' if holder else ''}. "
                f"End that program, or choose another port: make run {setting}={port + 10}"
            )
        users[port] = setting
    return problems


def try_to_listen(host: str, port: int) -> int:
    """Listen on an address for a moment; return the number of the error, 0 if there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        # As the servers do, so that a port whose last connections are still closing counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as err:
            return err.errno or errno.EADDRINUSE
    return 0


def find_holder(port: int, *, proc: Path = Path("/proc")) -> str:
    """Return the program that listens on `port`, as `name (process 123)`.

    Empty where that cannot be seen: another user's program, or no /proc (macOS).
    """
    sockets = set()
    for table in ("net/tcp", "net/tcp6"):
        try:
            lines = (proc / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{fields[9]}]")
    for descriptor in proc.glob("[0-9]*/fd/*"):
        try:
            if str(descriptor.readlink()) in sockets:
                process = descriptor.parts[-3]
                return f"{(proc / process / 'comm').read_text().strip()} (process {process})"
        except OSError:
            continue
    return ""


if __name__ == "__main__":
    sys.exit(main())
