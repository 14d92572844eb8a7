"""Importing this makes Python find localhost by itself, as RFC 6761 section 6.3 asks for: tests need no hosts file and no
name server.
"""

import socket

ADDRESSES = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
system_lookup = socket.getaddrinfo


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):  # pylint: disable=redefined-builtin
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or not (name == "localhost" or name.endswith(".localhost")):
        return system_lookup(host, port, family, type, proto, flags)
    found = []
    for each, address in ADDRESSES.items():
        if family in (0, each) and (each == socket.AF_INET or socket.has_ipv6):
            found += system_lookup(address, port, each, type, proto, flags | socket.AI_NUMERICHOST)
    return found


def system_knows_localhost():
    """For programs that look names up by themselves."""
    try:
        return bool(system_lookup("localhost", 1))
    except OSError:
        return False


socket.getaddrinfo = getaddrinfo
