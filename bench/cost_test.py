"""Gates on what can be counted where nothing can be timed: system calls and instructions.

usage: cost_test.py BINARIES SLUICE

A limit is about twice what was counted when it was set, so that it holds on every machine and fails
when somebody adds a system call or a copy to each command.
"""

import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import servers

BINARIES = None

SYSTEM_CALLS_PER_COMMAND = 0.25   # XADD, pipeline 100, durability disk
INSTRUCTIONS_PER_XADD = 12_000    # 256 B, pipeline 100, every thread of the server


class Traced(servers.Sluice):
    """The server under a program that counts."""

    pins = False

    def __init__(self, work_folder, durability, counter):
        super().__init__(work_folder, durability)
        self.counter = counter

    def command(self):
        return [*self.counter, *super().command()]

    def finish(self):
        """Lets the server end by itself, so that the counter writes its report."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        server = children.read_text().split()
        signalled = int(server[0]) if server else self.process.pid
        subprocess.run(["kill", "-TERM", str(signalled)], check=True)
        self.process.wait(60)


def load(server, commands):
    arguments = ("xadd", "-c", "1", "-P", "100", "--units", str(commands))
    subprocess.run([str(BINARIES / "resp_driver"), *arguments, "--port", str(server.port)],
                   check=True, capture_output=True, timeout=300)


@contextlib.contextmanager
def without_debug_information():
    """Valgrind of Debian 12 cannot read what clang 19 writes for debuggers."""
    whole = servers.Sluice.binary
    with tempfile.TemporaryDirectory() as folder:
        servers.Sluice.binary = pathlib.Path(folder) / "sluice"
        subprocess.run(["strip", "--strip-debug", "-o", servers.Sluice.binary, whole], check=True)
        try:
            yield
        finally:
            servers.Sluice.binary = whole


class Costs(unittest.TestCase):
    def counted_by(self, counter, commands, read):
        with tempfile.TemporaryDirectory() as folder:
            with Traced(folder, "disk", counter) as server:
                load(server, commands)
                server.finish()
                return read(server)

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_a_pipelined_command_costs_a_fraction_of_a_system_call(self):
        def total(server):
            report = (server.folder / "calls").read_text()
            return int(re.search(r"^100\.00\s+\S+\s+\S*\s+(\d+).*total$", report, re.M).group(1))

        counter = ("strace", "-f", "-c", "-o", "calls")
        few = self.counted_by(counter, 2_000, total)
        many = self.counted_by(counter, 22_000, total)
        calls = (many - few) / 20_000
        print(f"{calls:.3f} system calls for each XADD", file=sys.stderr)
        self.assertLess(calls, SYSTEM_CALLS_PER_COMMAND)

    @unittest.skipUnless(shutil.which("valgrind") and shutil.which("strip"),
                         "valgrind or strip is not installed")
    def test_an_xadd_stays_within_its_instructions(self):
        def total(server):
            return int(re.search(r"Collected : (\d+)", server.log_text()).group(1))

        counter = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
        with without_debug_information():
            few = self.counted_by(counter, 2_000, total)
            many = self.counted_by(counter, 12_000, total)
        instructions = (many - few) / 10_000
        print(f"{instructions:.0f} instructions for each XADD", file=sys.stderr)
        self.assertLess(instructions, INSTRUCTIONS_PER_XADD)


if __name__ == "__main__":
    BINARIES = pathlib.Path(sys.argv[1]).resolve()
    servers.Sluice.binary = pathlib.Path(sys.argv[2]).resolve()
    unittest.main(argv=sys.argv[:1], verbosity=2)
