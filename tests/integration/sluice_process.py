"""Starts and ends the real `sluice serve`, on free ports and in a temporary data folder.

    with SluiceProcess() as sluice:
        sluice.resp_port, sluice.http_port, sluice.data

The program to start is $SLUICE_BINARY. Nothing is found by name: a process is ended by the handle
that started it. A server that does not come up raises, with its log in the message.
"""

import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import time

READY_LINE = re.compile(r"^ready resp=(?P<resp>\S+) http=(?P<http>\S+) data=(?P<data>.+)$")


def binary():
    path = os.environ.get("SLUICE_BINARY")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("SLUICE_BINARY does not name the sluice program: %r" % path)
    return path


def clean_environment(extra=None):
    """The environment without configuration of ours that the caller did not ask for."""
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith("SLUICE_") or k == "SLUICE_BINARY"}
    environment.pop("SLUICE_BINARY", None)
    environment.update(extra or {})
    return environment


def run(*arguments, env=None, stdin=b"", timeout=30):
    """Runs `sluice arguments...` to its end; answers (exit code, stdout, stderr)."""
    done = subprocess.run([binary(), *arguments], input=stdin, capture_output=True,
                          timeout=timeout, env=clean_environment(env))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def split_address(text):
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


class SluiceProcess:
    """One server. `data` is kept when it was given, and removed at the end when it was not."""

    def __init__(self, data=None, arguments=(), env=None, ready_timeout=30.0, start=True,
                 command_prefix=()):
        self.folder = None
        if data is None:
            self.folder = tempfile.mkdtemp(prefix="sluice-test-")
            data = os.path.join(self.folder, "data")
        self.data = data
        self.arguments = list(arguments)
        self.env = env
        self.ready_timeout = ready_timeout
        self.command_prefix = list(command_prefix)
        self.process = None
        self.log_file = None
        if start:
            self.start()

    def start(self):
        """Starts the server again, in the same folder, and waits for the ready line."""
        command = [*self.command_prefix, binary(), "serve", "--data", self.data]
        for flag in ("--resp", "--http"):
            if flag not in self.arguments:
                command += [flag, "127.0.0.1:0"]
        self.log_file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command + self.arguments, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log_file,
                                        env=clean_environment(self.env))
        try:
            line = self._first_line()
            match = READY_LINE.match(line)
            if match is None:
                raise RuntimeError("not a ready line: %r\n%s" % (line, self.log()))
        except Exception:
            self.kill()
            raise
        self.resp = match["resp"]
        self.http = match["http"]
        if not self.resp.startswith("unix:"):
            self.resp_host, self.resp_port = split_address(self.resp)
        self.http_host, self.http_port = split_address(self.http)
        return self

    def _first_line(self):
        deadline = time.monotonic() + self.ready_timeout
        received = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not received.endswith(b"\n"):
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise RuntimeError("no ready line in time:\n" + self.log())
                piece = os.read(self.process.stdout.fileno(), 1)
                if not piece:
                    code = self.process.wait(10)
                    raise RuntimeError("ended with %d before it was ready:\n%s" %
                                       (code, self.log()))
                received += piece
        return received.decode().rstrip("\n")

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        """Everything the server has written to stderr."""
        if self.log_file is None or self.log_file.closed:
            return ""
        self.log_file.seek(0)
        return self.log_file.read().decode(errors="replace")

    def connect(self, timeout=10.0):
        """A plain TCP connection to the RESP door."""
        return socket.create_connection((self.resp_host, self.resp_port), timeout=timeout)

    def connect_http(self, timeout=10.0):
        return socket.create_connection((self.http_host, self.http_port), timeout=timeout)

    def redis(self, **options):
        """A redis-py client."""
        import redis
        return redis.Redis(host=self.resp_host, port=self.resp_port, **options)

    def terminate(self, timeout=15.0):
        """SIGTERM; answers the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(timeout)

    def wait(self, timeout=15.0):
        code = self.process.wait(timeout)
        self.process.stdout.close()
        return code

    def kill(self):
        """SIGKILL, as a crash does."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait(10)
            self.process.stdout.close()

    def close(self):
        self.kill()
        if self.log_file is not None:
            self.log_file.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
