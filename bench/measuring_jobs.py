"""No-op jobs: BullMQ on Redis against us, from Node.js as it does and with the C++ library."""

import json
import pathlib
import shutil
import statistics
import subprocess

import measuring
import servers

FOLDER = pathlib.Path(__file__).resolve().parent / "jobs"

# what, task, jobs, batch or concurrency, aim of the library
TASKS = [
    ("add no-op jobs, 50 at a time", "add", 20_000, 50, 4.0),
    ("add no-op jobs, 1000 at a time", "add", 100_000, 1000, 4.0),
    ("consume no-op jobs, concurrency 1", "consume", 20_000, 1, 10.0),
    ("consume no-op jobs, concurrency 100", "consume", 50_000, 100, 10.0),
]


def prepare():
    """The npm packages, once."""
    if not shutil.which("node"):
        raise RuntimeError("node is missing; ./test installs it")
    if not (FOLDER / "node_modules" / "bullmq").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FOLDER,
                       check=True, capture_output=True)


def jobs_per_second(settings, client, task, jobs, size):
    """One run of one client against a fresh server."""
    server_name = "redis none" if client == "bullmq" else "sluice disk"
    program = {"bullmq": ["node", "bullmq.mjs"], "node": ["node", "sluice.mjs"],
               "library": [str(settings.binaries / "jobs_driver")]}[client]
    with servers.server_of(server_name, settings.work_folder) as server:
        command = ["taskset", "-c", settings.driver_cores, *program, str(server.port), task,
                   str(jobs), str(size)]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise measuring.DriverFailed(f"{client}: {done.stderr.strip()[-500:]}")
    report = json.loads(done.stdout)
    return report["jobs"] / report["seconds"]


def measure(settings):
    """A line for each task and each of our clients."""
    prepare()
    outcomes = []
    for what, task, jobs, size, aim in TASKS:
        count = jobs if settings.seconds >= 1 else jobs // 10
        samples = {"library": [], "node": []}
        for order in measuring.in_turns(settings.pairs):
            peer_first = order[0] == "peer"
            clients = ["bullmq", "library", "node"] if peer_first else ["library", "node", "bullmq"]
            rates = {each: jobs_per_second(settings, each, task, count, size) for each in clients}
            for ours, pairs in samples.items():
                pairs.append((rates[ours], rates["bullmq"]))
        for ours, pairs in samples.items():
            ratios = [rate / peer for rate, peer in pairs]
            outcomes.append(measuring.Outcome(
                "jobs", what, f"sluice disk, {ours}", "bullmq on redis none",
                statistics.median(rate for rate, _ in pairs),
                statistics.median(peer for _, peer in pairs), "/s", statistics.median(ratios),
                (min(ratios), max(ratios)), aim, must=ours == "library"))
    return outcomes
