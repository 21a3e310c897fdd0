"""The servers under test: each starts on a fresh folder, pinned to a core, and ends by its pid."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS_MAX = 120


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Connection:
    """A blocking RESP2 connection: call() answers str, int, None, list; errors are RuntimeError."""

    def __init__(self, port, timeout=600):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def call(self, *args):
        parts = [f"*{len(args)}\r\n".encode()]
        for arg in args:
            data = str(arg).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.socket.sendall(b"".join(parts))
        return self.reply()

    def reply(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise RuntimeError(rest)
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return None if rest == "-1" else [self.reply() for _ in range(int(rest))]
        raise ConnectionError(f"not RESP2: {line!r}")


class Server:
    """One server process. `label` is what the tables say; `command(port, folder)` starts it."""

    label = "?"
    pins = True  # to its core; tests run on whatever there is

    def __init__(self, work_folder, cores="0"):
        self.work_folder = work_folder
        self.cores = cores
        self.folder = None
        self.process = None
        self.port = 0

    def command(self):
        raise NotImplementedError

    def start(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=self.work_folder))
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self):
        self.port = free_port()
        self.log = open(self.folder / "server.log", "ab")
        pin = ["taskset", "-c", self.cores] if self.pins else []
        self.process = subprocess.Popen(
            [*pin, *self.command()],
            stdout=self.log, stderr=self.log, cwd=self.folder)

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.label} ended at start:\n{self.log_text()}")
            try:
                connection = Connection(self.port)
                connection.call("PING")
                connection.close()
                return
            except (OSError, RuntimeError):
                time.sleep(0.01)
        raise RuntimeError(f"{self.label} is not ready after {START_SECONDS_MAX} s")

    def log_text(self):
        return (self.folder / "server.log").read_text(errors="replace")[-2000:]

    def connect(self):
        return Connection(self.port)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Ends the process and removes its folder."""
        if self.process and self.process.poll() is None:
            self.kill()
        if self.log:
            self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def cpu_seconds(self):
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def disk_bytes(self):
        return sum(path.stat().st_blocks * 512 for path in self.folder.rglob("*") if path.is_file())

    def forget_page_cache(self):
        """Makes the next start read from the device, as after a reboot."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                with open(path, "rb") as file:
                    os.fsync(file.fileno())
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Redis(Server):
    """Debian's redis-server; `persistence` is none, everysec, always, or rdb (SAVE by hand)."""

    binary = "redis-server"

    def __init__(self, work_folder, persistence, cores="0"):
        super().__init__(work_folder, cores)
        self.persistence = persistence
        self.label = f"redis {persistence}"

    def command(self):
        with_log = self.persistence in ("everysec", "always")
        return [self.binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "yes" if with_log else "no",
                "--appendfsync", self.persistence if with_log else "no",
                # A rewrite in the middle of a measurement would be an accident of its length.
                "--auto-aof-rewrite-percentage", "0", "--daemonize", "no"]


class Sluice(Server):
    """Our own program at one of its durabilities."""

    binary = None  # set by bench/compare

    def __init__(self, work_folder, durability, cores="0"):
        super().__init__(work_folder, cores)
        self.durability = durability
        self.label = f"sluice {durability}"

    def command(self):
        return [str(self.binary), "serve", "--data", str(self.folder / "data"),
                "--resp", f"127.0.0.1:{self.port}", "--http", "127.0.0.1:0",
                "--durability", self.durability]


class Null(Server):
    """The stub that parses and answers constants: what sockets and parsing alone cost."""

    label = "null"
    binary = None  # set by bench/compare

    def __init__(self, work_folder, cores="0"):
        super().__init__(work_folder, cores)

    def command(self):
        return [str(self.binary), str(self.port)]


def server_of(name, work_folder):
    """'sluice disk', 'redis always', 'null' -> a server that is not started yet."""
    kind, _, mode = name.partition(" ")
    if kind == "sluice":
        return Sluice(work_folder, mode)
    if kind == "redis":
        return Redis(work_folder, mode)
    return Null(work_folder)
