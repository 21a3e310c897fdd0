"""Proves that the drivers work; measures nothing.

usage: smoke_test.py BINARIES [SLUICE]    BINARIES holds resp_driver, null_server and the probe

Each workload runs for a few thousand commands against the stub and, when it is named, against the
real program: every reply is counted, ids must rise, and what is read must be what was sent.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import servers

BINARIES = None
SLUICE = None

WORKLOADS = (
    ("ping", "-c", "3", "-P", "10"),
    ("xadd", "-c", "3", "-P", "10", "--size", "64"),
    ("xadd", "-c", "2", "-P", "7", "--maxlen", "500", "--streams", "2", "--stream", "trimmed"),
    ("group", "-c", "2", "--count", "33", "--stream", "read", "--entries", "2000", "--groups", "3"),
)


def drive(server, *arguments):
    command = [str(BINARIES / "resp_driver"), *arguments, "--port", str(server.port)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return finished.returncode, finished.stdout, finished.stderr


class Drivers(unittest.TestCase):
    def run_workloads(self, server):
        for workload in WORKLOADS:
            with self.subTest(server=server.label, workload=workload):
                code, output, errors = drive(server, *workload, "--units", "3000")
                self.assertEqual(code, 0, errors)
                report = json.loads(output)
                self.assertGreaterEqual(report["units_in_all"], 3000)
                self.assertGreater(report["checked"], 0)

    def test_every_workload_runs_against_the_stub(self):
        with tempfile.TemporaryDirectory() as folder, servers.Null(folder) as server:
            # The stub keeps no entries, so there is nothing of it to read back but counts.
            self.run_workloads(server)

    def test_every_workload_runs_against_sluice(self):
        if SLUICE is None:
            self.skipTest("no sluice program was named")
        with tempfile.TemporaryDirectory() as folder, servers.Sluice(folder, "disk") as server:
            self.run_workloads(server)

    def test_jobs_are_added_and_consumed_by_the_library(self):
        if SLUICE is None or not (BINARIES / "jobs_driver").exists():
            self.skipTest("no sluice program was named")
        with tempfile.TemporaryDirectory() as folder, servers.Sluice(folder, "disk") as server:
            for task, size in (("add", "70"), ("consume", "1"), ("consume", "8")):
                server.connect().call("FLUSHALL")
                command = [str(BINARIES / "jobs_driver"), str(server.port), task, "500", size]
                finished = subprocess.run(command, capture_output=True, text=True, timeout=60,
                                          check=False)
                self.assertEqual(finished.returncode, 0, finished.stderr)
                self.assertEqual(json.loads(finished.stdout)["jobs"], 500)

    def test_the_open_loop_keeps_its_rate(self):
        with tempfile.TemporaryDirectory() as folder, servers.Null(folder) as server:
            code, output, errors = drive(server, "xadd", "-c", "2", "-P", "2", "--rate", "2000",
                                         "--warmup", "0", "--duration", "0.5")
            self.assertEqual(code, 0, errors)
            self.assertLessEqual(json.loads(output)["units_in_all"], 1002)

    def test_a_server_that_is_not_there_is_one_clear_sentence(self):
        port = servers.free_port()
        command = [str(BINARIES / "resp_driver"), "ping", "--port", str(port)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(finished.returncode, 1)
        self.assertRegex(finished.stderr, r"^resp_driver: connect to 127.0.0.1:\d+: [^\n]+\n$")

    def test_the_probe_writes_and_cleans_up(self):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            command = [str(BINARIES / "durable_write_probe"), folder, "0.1"]
            finished = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(finished.returncode, 0, finished.stderr)
            self.assertGreater(json.loads(finished.stdout)["writes"], 0)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])


if __name__ == "__main__":
    BINARIES = pathlib.Path(sys.argv[1]).resolve()
    servers.Null.binary = BINARIES / "null_server"
    if len(sys.argv) > 2 and sys.argv[2]:
        SLUICE = servers.Sluice.binary = pathlib.Path(sys.argv[2]).resolve()
    for server in (servers.Null, servers.Sluice):
        server.pins = False
    unittest.main(argv=sys.argv[:1], verbosity=2)
