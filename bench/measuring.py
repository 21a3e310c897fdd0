"""Runs the rows: A B B A, a fresh folder each time, medians and spreads of the pairs' ratios."""

import dataclasses
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time

import servers


@dataclasses.dataclass
class Settings:
    binaries: object        # folder of resp_driver, null_server, durable_write_probe
    work_folder: object
    pairs: int
    seconds: float
    warmup: float
    recover_entries: int
    memory_entries: int
    driver_cores: str = "1"


@dataclasses.dataclass
class Outcome:
    """One line of the tables. `ratio` is always better when higher unless `at_most`."""

    benchmark: str
    what: str
    ours_label: str
    peer_label: str
    ours: float
    peer: float
    unit: str
    ratio: float
    spread: tuple
    aim: float
    must: bool = True
    at_most: bool = False
    note: str = ""

    @property
    def reached(self):
        return self.ratio <= self.aim if self.at_most else self.ratio >= self.aim


PRELOADED = 200_000  # entries that each group reads; resp_driver goes on with the next group


class DriverFailed(RuntimeError):
    """The driver found a wrong answer, or lost its server."""


def drive(settings, server, arguments, timed=True):
    """One run of resp_driver against a started server; its JSON and the server's CPU time."""
    command = ["taskset", "-c", settings.driver_cores, str(settings.binaries / "resp_driver"),
               *arguments, "--port", str(server.port)]
    if timed:
        command += ["--duration", str(settings.seconds), "--warmup", str(settings.warmup)]
    cpu_before = server.cpu_seconds()
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise DriverFailed(f"{server.label}: {finished.stderr.strip()}")
    report = json.loads(finished.stdout)
    report["server_cpu_us_per_unit"] = (
        1e6 * (server.cpu_seconds() - cpu_before) / max(1, report["units_in_all"]))
    return report


def load_entries(settings, server, driver):
    """Gives the readers of a group something to read, outside of what is measured."""
    if driver[0] == "group":
        size = driver[driver.index("--size") + 1]
        drive(settings, server, ("xadd", "-c", "4", "-P", "100", "--size", size, "--no-verify",
                                 "--units", str(PRELOADED)), timed=False)


def in_turns(pairs):
    """A B B A ...: which of the two goes first in each pair."""
    return [("ours", "peer") if i % 2 == 0 else ("peer", "ours") for i in range(pairs)]


def outcome_of(row, samples, unit, note=""):
    ratios = [ours / peer for ours, peer in samples]
    return Outcome(
        row.benchmark, row.what, row.ours, row.peer,
        statistics.median(ours for ours, _ in samples),
        statistics.median(peer for _, peer in samples),
        unit, statistics.median(ratios), (min(ratios), max(ratios)), row.aim, row.must, note=note)


def measure_load(settings, row):
    """A row of rows.load_rows(): units per second of both servers under the same driver."""
    samples, cpu, tails, driver_share = [], {"ours": [], "peer": []}, {"ours": [], "peer": []}, 0
    for order in in_turns(settings.pairs):
        pair = {}
        for side in order:
            name = row.ours if side == "ours" else row.peer
            with servers.server_of(name, settings.work_folder) as server:
                load_entries(settings, server, row.driver)
                report = drive(settings, server, row.driver)
            pair[side] = report["units_per_second"]
            cpu[side].append(report["server_cpu_us_per_unit"])
            tails[side].append(report["latency_us"]["p99"])
            driver_share = max(driver_share, report["driver_cpu_share"])
        samples.append((pair["ours"], pair["peer"]))
    note = (f"p99 {statistics.median(tails['ours']) / 1e3:.2f} / "
            f"{statistics.median(tails['peer']) / 1e3:.2f} ms; "
            f"server CPU {statistics.median(cpu['ours']):.2f} / "
            f"{statistics.median(cpu['peer']):.2f} us each")
    if driver_share > 0.9:
        note += "; the driver was the limit"
    return outcome_of(row, samples, "/s", note)


def measure_bare_write(settings):
    """One connection without pipelining, against one bare durable write of 4 KiB."""
    samples = []
    for order in in_turns(settings.pairs):
        pair = {}
        for side in order:
            if side == "peer":
                pair[side] = probe_bare_write(settings)["p50_us"]
                continue
            with servers.server_of("sluice disk", settings.work_folder) as server:
                report = drive(settings, server, ("xadd", "-c", "1", "-P", "1"))
            pair[side] = report["latency_us"]["p50"]
        samples.append((pair["ours"], pair["peer"]))
    ratios = [ours / peer for ours, peer in samples]
    return Outcome(
        "log.durable", "XADD 256 B, 1 connection, of one bare durable 4 KiB write",
        "sluice disk", "bare write", statistics.median(ours for ours, _ in samples),
        statistics.median(peer for _, peer in samples), "us", statistics.median(ratios),
        (min(ratios), max(ratios)), 2.5, at_most=True)


def probe_bare_write(settings):
    command = ["taskset", "-c", "0", str(settings.binaries / "durable_write_probe"),
               str(settings.work_folder), str(settings.seconds)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


# --- the log within one process -------------------------------------------------------------

def append_rate(settings, kind, batch):
    """Entries per second of 300 bytes into a log on a fresh folder, nobody waits for the disk."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=settings.work_folder) as folder:
        if kind == "db_bench":
            return db_bench_rate(settings, folder, batch)
        command = ["taskset", "-c", "0,1", str(settings.binaries / "log_append"), kind, folder,
                   str(batch), str(settings.seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise DriverFailed(done.stderr.strip())
        return json.loads(done.stdout)["entries_per_second"]


def db_bench_rate(settings, folder, batch):
    # As many keys as take about the time asked for; 284 bytes of value and 16 of key.
    number = int(settings.seconds * (400_000 if batch > 1 else 200_000))
    command = ["taskset", "-c", "0,1", "db_bench", "--benchmarks=fillseq", f"--db={folder}",
               f"--num={number}", "--key_size=16", "--value_size=284", f"--batch_size={batch}",
               "--sync=0", "--threads=1", "--compression_type=none"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(re.search(r"fillseq\s*:.*?(\d+) ops/sec", done.stdout).group(1))


def measure_append(settings):
    peers = [("db_bench", "rocksdb")] if shutil.which("db_bench") else []
    peers.append(("sqlite", "sqlite wal"))
    outcomes = []
    for kind, label in peers:
        for batch in (1, 64):
            samples = []
            for order in in_turns(settings.pairs):
                pair = {side: append_rate(settings, "sluice" if side == "ours" else kind, batch)
                        for side in order}
                samples.append((pair["ours"], pair["peer"]))
            ratios = [ours / peer for ours, peer in samples]
            outcomes.append(Outcome(
                "log.append", f"300 B within one process, no sync, batches of {batch}",
                "sluice os", label, statistics.median(ours for ours, _ in samples),
                statistics.median(peer for _, peer in samples), "/s", statistics.median(ratios),
                (min(ratios), max(ratios)), 5.0, must=False))
    return outcomes


# --- memory ---------------------------------------------------------------------------------

FILLER_ENTRIES = 1_000_000  # of 512 B: every cache of recent entries has been filled and used again


def memory_of(settings, name):
    """RAM per stored entry and per pending entry, and disk per entry, by growth of the process."""
    entries = settings.memory_entries
    with servers.server_of(name, settings.work_folder) as server:
        fill = ("xadd", "-c", "4", "-P", "100", "--no-verify")
        drive(settings, server, (*fill, "--stream", "filler", "--size", "512",
                                 "--units", str(FILLER_ENTRIES)), timed=False)
        ram_empty, disk_empty = settled_rss(server), server.disk_bytes()
        report = drive(settings, server, (*fill, "--stream", "kept", "--size", "64",
                                          "--units", str(entries)), timed=False)
        stored = report["units_in_all"]
        ram_stored, disk_stored = settled_rss(server), server.disk_bytes()
        report = drive(settings, server, (
            "group", "--stream", "kept", "--size", "64", "-c", "2", "--count", "37",
            "--groups", "1",
            "--entries", "0", "--no-ack", "--no-verify", "--duration", "600", "--warmup", "0"),
            timed=False)
        delivered = report["units_in_all"]
        ram_pending = settled_rss(server)
        assert delivered == stored, f"{name}: {delivered} of {stored} entries delivered"
    return ((ram_stored - ram_empty) / stored, (ram_pending - ram_stored) / delivered,
            (disk_stored - disk_empty) / stored)


def settled_rss(server):
    """The size of the process when it has stopped moving: background work may still run."""
    last = server.rss_bytes()
    for _ in range(50):
        time.sleep(0.2)
        now = server.rss_bytes()
        if abs(now - last) < 256 * 1024:
            return now
        last = now
    return last


def measure_memory(settings):
    ours = memory_of(settings, "sluice os")
    peer = memory_of(settings, "redis none")
    count = f"{settings.memory_entries / 1e6:g} M entries of 64 B"

    def line(what, index, aim):
        return Outcome("mem.stream", f"{what}, {count}", "sluice os", "redis none", ours[index],
                       peer[index], "B", ours[index], (ours[index], ours[index]), aim, at_most=True)
    return [line("RAM per stored entry", 0, 24), line("RAM per pending entry", 1, 48)]


# --- recovery -------------------------------------------------------------------------------

PENDING = 200_000


def recovery_seconds(settings, name, entries):
    """From the start of the process after kill -9 to the first right answer of XREADGROUP."""
    pending = min(PENDING, entries // 5)
    server = servers.server_of(name, settings.work_folder).start()
    try:
        fill = ("xadd", "-c", "8", "-P", "100", "--stream", "s", "--no-verify")
        drive(settings, server, (*fill, "--units", str(entries)), timed=False)
        drive(settings, server, ("group", "--stream", "s", "--entries", "0", "--groups", "3",
                                 "--no-ack", "--no-verify", "--units", str(pending)), timed=False)
        connection = server.connect()
        length = connection.call("XLEN", "s")
        expected = connection.call("XPENDING", "s", "group0")
        next_id = connection.call("XRANGE", "s", f"({expected[2]}", "+", "COUNT", "1")[0][0]
        if name == "redis rdb":
            connection.call("SAVE")
        time.sleep(1.5)  # whatever is written once a second is written now
        server.kill()
        server.forget_page_cache()
        return time_of_restart(server, length, expected, next_id)
    finally:
        server.stop()


def time_of_restart(server, length, expected, next_id):
    started = time.monotonic()
    server.launch()
    while True:
        try:
            connection = server.connect()
            reply = connection.call("XREADGROUP", "GROUP", "group0", "after", "COUNT", "1",
                                    "STREAMS", "s", ">")
            break
        except ConnectionRefusedError:
            pass
        except RuntimeError as error:
            if not re.match("LOADING", str(error)):
                raise
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.label} ended at restart:\n{server.log_text()}")
        time.sleep(0.002)
    seconds = time.monotonic() - started
    assert reply[0][1][0][0] == next_id, f"{server.label}: {reply[0][1][0][0]}, not {next_id}"
    assert connection.call("XLEN", "s") == length, f"{server.label}: entries are missing"
    held = connection.call("XPENDING", "s", "group0")[0]
    assert held == expected[0] + 1, f"{server.label}: {held} pending, not {expected[0] + 1}"
    return seconds


def measure_recovery(settings):
    entries = settings.recover_entries
    small = recovery_seconds(settings, "sluice os", entries // 5)
    ours = recovery_seconds(settings, "sluice os", entries)
    log = recovery_seconds(settings, "redis everysec", entries)
    dump = recovery_seconds(settings, "redis rdb", entries)
    count = f"{entries / 1e6:g} M entries of 256 B, {min(PENDING, entries // 5) // 1000}k pending"

    def line(what, peer_label, peer, ratio, aim, must=True, at_most=False):
        return Outcome("recover", what, "sluice os", peer_label, ours, peer, "s", ratio,
                       (ratio, ratio), aim, must, at_most)
    return [
        line(f"restart after kill -9, {count}", "redis aof", log, log / ours, 20.0),
        line(f"restart after kill -9, {count}", "redis rdb", dump, dump / ours, 2.0, must=False),
        line("restart with five times the history", "a fifth of it", small, ours / small, 2.0,
             must=False, at_most=True),
    ]
