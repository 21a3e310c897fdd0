"""Runs `sluice serve` under strace and reads from the trace what was durable when.

A journal write counts as durable when it completed with O_DSYNC or RWF_DSYNC, or when a later
fdatasync or fsync of that file completed with success. Lines of the trace are the clock: a call
begins at its first line and completes at the line that has its result.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))

from sluice_process import SluiceProcess  # noqa: E402

CALLS = ("openat,close,pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,sync_file_range,"
         "sendto,sendmsg,recvfrom,recvmsg,read,readv")
_LINE = re.compile(r"^(\d+) +(.*)$")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.S)
_CALL = re.compile(r"^(\w+)\((.*)$", re.S)
_RESULT = re.compile(r"\) += (-?\d+|\?)(.*)$", re.S)
_DESCRIPTOR = re.compile(r"^(\d+)<((?:[^<>]|<[^<>]*>)*)>")


class Call:
    def __init__(self, name, text, begin, end, result):
        self.name, self.text, self.begin, self.end, self.result = name, text, begin, end, result
        match = _DESCRIPTOR.match(text)
        self.target = match[2] if match else ""

    @property
    def is_socket(self):
        return self.target.startswith(("TCP", "UNIX", "socket"))


def read_trace(path):
    """The completed calls, in the order in which they completed."""
    calls, open_calls = [], {}
    with open(path, errors="replace") as trace:
        for number, line in enumerate(trace):
            match = _LINE.match(line.rstrip("\n"))
            if match is None:
                continue
            thread, rest = match[1], match[2]
            begin = number
            resumed = _RESUMED.match(rest)
            if resumed:
                name, before, begin = open_calls.pop(thread, (resumed[1], "", number))
                text = before + resumed[2]
            else:
                call = _CALL.match(rest)
                if call is None:
                    continue
                name, text = call[1], call[2]
                if text.endswith("<unfinished ...>"):
                    open_calls[thread] = (name, text[:-len("<unfinished ...>")], number)
                    continue
            result = _RESULT.search(text)
            value = int(result[1]) if result and result[1] != "?" else None
            calls.append(Call(name, text, begin, number, value))
    return calls


WRITES = ("pwrite64", "pwritev", "pwritev2", "write", "writev")
SYNCS = ("fdatasync", "fsync")
SENDS = ("sendto", "sendmsg", "write", "writev")
RECEIVES = ("recvfrom", "recvmsg", "read", "readv")


class Durability:
    """When each marker was on the device, and every moment at which something became durable."""

    def __init__(self, calls, marker):
        synchronous = set()
        waiting = {}
        self.at = {}
        self.moments = []
        for call in calls:
            if call.name == "openat" and call.result is not None and call.result >= 0:
                opened = re.search(r"= \d+<(.*)>$", call.text)
                if opened and "O_DSYNC" in call.text or opened and "O_SYNC" in call.text:
                    synchronous.add(opened[1])
            if call.is_socket or call.result is None or call.result < 0:
                continue
            if call.name in WRITES:
                found = marker.findall(call.text)
                if "RWF_DSYNC" in call.text or call.target in synchronous:
                    self._durable(found, call.end)
                else:
                    waiting.setdefault(call.target, []).append((call.end, found))
            elif call.name in SYNCS:
                covered = [w for w in waiting.get(call.target, []) if w[0] < call.begin]
                waiting[call.target] = [w for w in waiting.get(call.target, [])
                                        if w[0] >= call.begin]
                self._durable([m for _, found in covered for m in found], call.end)

    def _durable(self, markers, moment):
        self.moments.append(moment)
        for marker in markers:
            self.at.setdefault(marker, moment)


def start_traced(folder, extra=(), arguments=()):
    """A server whose trace goes to <folder>/trace; -D keeps the server our direct child."""
    prefix = ["strace", "-D", "-f", "-yy", "-s", "2000000", "-o", os.path.join(folder, "trace"),
              "-e", "trace=" + CALLS, *extra]
    return SluiceProcess(command_prefix=prefix, arguments=list(arguments), ready_timeout=60)


class Connection:
    """RESP without a client library: what is sent and when is ours to say."""

    def __init__(self, sluice):
        self.socket = sluice.connect(timeout=20)
        self.buffer = b""

    def send(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.socket.sendall(b"*%d\r\n" % len(words) +
                            b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))

    def _line(self):
        while b"\r\n" not in self.buffer:
            self._fill()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def _fill(self):
        received = self.socket.recv(1 << 16)
        if not received:
            raise ConnectionError("closed by the server")
        self.buffer += received

    def read(self):
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"$" and rest != b"-1":
            size = int(rest) + 2
            while len(self.buffer) < size:
                self._fill()
            value, self.buffer = self.buffer[:size - 2], self.buffer[size:]
            return value
        if kind == b"*" and rest != b"-1":
            return [self.read() for _ in range(int(rest))]
        if kind == b":":
            return int(rest)
        if kind in b"$*":
            return None
        return line.decode()

    def call(self, *words):
        self.send(*words)
        return self.read()

    def close(self):
        self.socket.close()


def is_error(reply):
    return isinstance(reply, str) and reply.startswith("-")
