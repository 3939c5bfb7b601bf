"""A network of this process's own: a namespace with a loopback interface and one address that leads nowhere."""

import os
import subprocess
import sys

ADDRESS = "198.18.0.1"  # of the range for benchmarks (RFC 2544)
MARK = "STARLING_INTEROP_NETWORK"


def enter():
    """Starts this program again inside a network namespace, unless it runs in one already.

    Browsers gather no candidate for 127.0.0.1 of their own accord. Here they have an address that is nobody else's, and nothing that
    any peer sends can leave the machine.
    """
    if os.environ.get(MARK) == "own":
        up()
        return
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", "--net", *as_root, sys.executable, *sys.argv]
    try:
        os.execvpe("unshare", command, os.environ | {MARK: "own"})
    except OSError as error:
        sys.exit(f"interop/run: no network namespace can be made: {error}; it needs util-linux and root, or user namespaces")


def up():
    for command in (
        "ip link set lo up",
        "ip link add starling0 type veth peer name starling1",
        f"ip address add {ADDRESS}/24 dev starling0",
        "ip link set starling0 up",
        "ip link set starling1 up",
        "ip route add default via 198.18.0.2 dev starling0",
    ):
        done = subprocess.run(command.split(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"interop/run: '{command}' failed in the network namespace: {done.stderr.strip()}")
