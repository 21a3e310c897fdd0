"""What people read: the table on the terminal and bench/results.md."""

import datetime
import os
import pathlib
import platform
import subprocess


def number(value):
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def figures(outcome):
    """Ours, peer, ratio with its spread, and the aim, as text."""
    low, high = outcome.spread
    sign = "<=" if outcome.at_most else ">="
    ratio = f"{outcome.ratio:.2f}"
    if high > low:
        ratio += f" ({low:.2f} to {high:.2f})"
    return (f"{number(outcome.ours)} {outcome.unit}", f"{number(outcome.peer)} {outcome.unit}",
            ratio, f"{sign} {outcome.aim:g}")


def verdict(outcome):
    if outcome.reached:
        return "reached"
    return "MISSED" if outcome.must else "not yet"


def line_of(outcome):
    ours, peer, ratio, aim = figures(outcome)
    return (outcome.benchmark, outcome.what, f"{outcome.ours_label} / {outcome.peer_label}",
            ours, peer, ratio, aim, verdict(outcome))


HEADINGS = ("benchmark", "what", "ours / peer", "ours", "peer", "ratio (spread)", "aim", "")


def print_line(outcome, out):
    benchmark, what, sides, ours, peer, ratio, aim, word = line_of(outcome)
    colour = {"reached": "32", "MISSED": "31"}.get(word, "33")
    if out.isatty() and "NO_COLOR" not in os.environ:
        word = f"\033[{colour}m{word}\033[0m"
    out.write(f"{benchmark:<11} {what:<58} {sides:<27} {ours:>11} {peer:>11}  "
              f"{ratio:<22} {aim:<7} {word}\n")
    if outcome.note:
        out.write(f"{'':<11} {outcome.note}\n")
    out.flush()


def machine():
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, "
            f"{platform.system()} {platform.release()}")


def commit(root):
    found = subprocess.run(["git", "-C", str(root), "describe", "--always", "--dirty"],
                           capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def peer_version():
    words = subprocess.run(["redis-server", "--version"], capture_output=True, text=True,
                           check=False).stdout.split()
    return " ".join(words[:3])


def write_markdown(path, root, command, settings, outcomes):
    rows = "\n".join("| " + " | ".join(cell or "reached" for cell in line_of(outcome)) + " |"
                     for outcome in outcomes)
    notes = "\n".join(f"- {o.what}, {o.ours_label} / {o.peer_label}: {o.note}"
                      for o in outcomes if o.note)
    missed = sum(1 for o in outcomes if o.must and not o.reached)
    path.write_text(f"""# Results

Made by `{command}`; do not edit.

- date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC
- commit: {commit(root)}
- machine: {machine()}
- peer: {peer_version()}
- rules: server on one core, driver on the other; fresh folder for each run; order A B B A, \
{settings.pairs} pair{"s" if settings.pairs > 1 else ""} of {settings.seconds:g} s after \
{settings.warmup:g} s of warm-up; medians; the ratio is the median over the pairs, with the lowest \
and the highest in brackets; every reply counted, samples of ids and payloads compared
- durability: `disk` survives a power cut, `os` survives kill -9; redis `always` syncs before it \
answers, `everysec` once a second, `none` writes nothing

{"All aims that must be reached were reached." if missed == 0 else f"{missed} aims were missed."}

![ratios](results.svg)

| {" | ".join(HEADINGS[:-1])} | |
|{"---|" * len(HEADINGS)}
{rows}

Tail latency and CPU time of the server (all of its threads), ours / peer:

{notes}
""")
