"""Loaded by Python before a program that runs with the address of one network interface, where namespaces cannot be made:
what own-address.cjs is to Node. Servers listen on that address alone, and the VPC's addresses are led to those that stand
for them."""
import json
import os
import socket

own = os.environ.get("ORRERY_ADDRESS")
everywhere = {"", "0.0.0.0", "localhost", "127.0.0.1"}
everywhere6 = {"", "::", "::1", "localhost"}
shift = 64512


def stand_in(port):
    return port + shift if isinstance(port, int) and 0 < port < 1024 else port


def stands_for(host):
    try:
        with open(os.environ["ORRERY_ADDRESSES"], encoding="utf-8") as file:
            return json.load(file).get(host)
    except (KeyError, OSError, ValueError):
        return None


def led(address):
    """Where a connection goes, and whether it comes from the instance's own address."""
    if not isinstance(address, tuple) or len(address) != 2:
        return address, False
    host, port = address
    found = stands_for(host)
    if found:
        return (found, stand_in(port)), True
    metadata = os.environ.get("ORRERY_METADATA")
    if metadata and host == "169.254.169.254":
        place, at = metadata.split(":")
        return (place, int(at)), False
    # Functions reach their runtime at 127.0.0.1; to an instance that is itself.
    if metadata and host in everywhere:
        return (own, stand_in(port)), True
    return address, False


class OwnSocket(socket.socket):
    __slots__ = ()

    def bind(self, address):
        if self.family == socket.AF_INET and isinstance(address, tuple) and address[0] in everywhere:
            address = (own, stand_in(address[1]))
        elif self.family == socket.AF_INET6 and isinstance(address, tuple) and address[0] in everywhere6:
            # Servers that take both kinds of address: the IPv4 one, as IPv6 writes it.
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            address = ("::ffff:" + own, stand_in(address[1])) + address[2:]
        return super().bind(address)

    def connect(self, address):
        return super().connect(self._led(address))

    def connect_ex(self, address):
        return super().connect_ex(self._led(address))

    def _led(self, address):
        if self.family != socket.AF_INET:
            return address
        target, is_own = led(address)
        if is_own and self.type & socket.SOCK_STREAM and super().getsockname()[1] == 0:
            super().bind((own, 0))
        return target

    def getsockname(self):
        name = super().getsockname()
        if isinstance(name, tuple) and name[0].endswith(own) and name[1] >= shift:
            return (name[0], name[1] - shift) + name[2:]
        return name


if own:
    socket.socket = OwnSocket
    socket.SocketType = OwnSocket
