"""Damage to the data folder is reported, never served (P3).

A folder with streams, a group and documents is copied and damaged: one byte flipped anywhere, a
file cut short, a file gone, the end torn. The server then either serves exactly what was there, or
it says what is damaged: it refuses to start, answers -CORRUPT, or logs the damage, and everything
it does serve is what was written. `sluice check` must find what the server reported.

    corruption_test.py [--faults N] [--seed S]
"""

import argparse
import os
import random
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))

import sluice_process  # noqa: E402
from sluice_process import SluiceProcess  # noqa: E402
from traced import Connection, is_error  # noqa: E402

ARGUMENTS = ["--durability", "disk", "--segment-bytes", "1MiB", "--checkpoint-bytes", "1MiB"]
REPORT = re.compile(r"corrupt|damage|torn|cut|checksum|lost\+found|missing|incomplete|"
                    r"cannot be read|no file FORMAT|no checkpoint covers", re.I)
STREAMS, ENTRIES = 3, 120


def fill(sluice):
    connection = Connection(sluice)
    for stream in range(STREAMS):
        for number in range(1, ENTRIES + 1):
            connection.send("XADD", "s%d" % stream, "%d-1" % number, "n", str(number),
                            "p", ("%d/%d " % (stream, number)) * (1 + number % 60))
        for _ in range(ENTRIES):
            connection.read()
    for words in (("XGROUP", "CREATE", "s0", "g", "0"),
                  ("XREADGROUP", "GROUP", "g", "c", "COUNT", "50", "STREAMS", "s0", ">"),
                  ("XACK", "s0", "g", *["%d-1" % n for n in range(1, 26)]),
                  ("XDEL", "s1", "7-1", "8-1"), ("XTRIM", "s2", "MAXLEN", "100"),
                  ("SET", "k", "v" * 3000), ("HSET", "h", "a", "1", "b", "2"),
                  ("ZADD", "z", "1.5", "m", "2", "n"), ("SET", "n", "41"), ("INCR", "n")):
        reply = connection.call(*words)
        if is_error(reply):
            raise AssertionError("%r: %r" % (words, reply))
    connection.close()


def content(sluice):
    """Everything the server serves, by name; errors as they are."""
    connection = Connection(sluice)
    seen = {}
    for stream in range(STREAMS):
        seen["s%d" % stream] = connection.call("XRANGE", "s%d" % stream, "-", "+")
    pending = connection.call("XPENDING", "s0", "g", "-", "+", "1000")
    if isinstance(pending, list):
        pending = [[p[0], p[1], p[3]] for p in pending]
    seen["pending"] = pending
    seen["k"] = connection.call("GET", "k")
    seen["n"] = connection.call("GET", "n")
    seen["h"] = connection.call("HGETALL", "h")
    seen["z"] = connection.call("ZRANGE", "z", "0", "-1", "WITHSCORES")
    seen["keys"] = sorted(connection.call("KEYS", "*"))
    connection.close()
    return seen


def files_of(folder):
    return sorted(os.path.join(root, name) for root, _, names in os.walk(folder) for name in names
                  if os.path.getsize(os.path.join(root, name)) > 0)


def used_bytes(path):
    """Where the zeroes at the end of a file begin: most of a segment is room for later."""
    with open(path, "rb") as file:
        return max(1, len(file.read().rstrip(b"\0")))


def flip(path, at, bit):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ (1 << bit)]))


def damage(folder, choose):
    files = files_of(folder)
    path = choose.choice(files)
    name = os.path.relpath(path, folder)
    size = os.path.getsize(path)
    kind = choose.choice(["flip"] * 12 + ["flip in the rest", "cut", "gone", "zeroes"])
    at = choose.randrange(used_bytes(path))
    if kind == "flip":
        flip(path, at, choose.randrange(8))
    elif kind == "flip in the rest":
        at = choose.randrange(size)
        flip(path, at, choose.randrange(8))
    elif kind == "cut":
        os.truncate(path, at)
    elif kind == "gone":
        os.remove(path)
    else:
        with open(path, "r+b") as file:
            file.seek(at)
            file.write(bytes(min(512, size - at)))
    return "%s at byte %d of %s" % (kind, at, name)


def wrong_values(seen, expected):
    """What is served although it was never written: values may miss, but not differ."""
    wrong = []
    for name, value in seen.items():
        right = expected[name]
        if value == right or is_error(value) or value is None:
            continue
        if name == "n" and value in (b"41", b"42"):
            continue
        if isinstance(value, list):
            # A prefix of history may have more pending entries or other members, never other bytes.
            written = [repr(v) for v in right]
            extra = [v for v in value if repr(v) not in written]
            if name.startswith("s") and extra and name != "s0":
                extra = [v for v in extra if not was_written(name, v)]
            if name in ("pending", "keys", "h", "z") or not extra:
                continue
            wrong.append("%s has %r" % (name, extra[:1]))
        else:
            wrong.append("%s is %r" % (name, value[:60]))
    return wrong


def was_written(name, entry):
    number = int(entry[1][1])
    return entry[1][3] == (b"%d/%d " % (int(name[1:]), number)) * (1 + number % 60)


def outcome(folder, expected):
    """("identical" | "reported" | "refused", problems)"""
    try:
        sluice = SluiceProcess(data=folder, arguments=ARGUMENTS)
    except RuntimeError as error:
        if REPORT.search(str(error)):
            return "refused", []
        return "refused", ["refused to start without saying why: %s" % error]
    with sluice:
        seen = content(sluice)
        log = sluice.log()
    if seen == expected:
        return "identical", []
    problems = wrong_values(seen, expected)
    said = REPORT.search(log) or any(is_error(v) and "CORRUPT" in v for v in seen.values())
    if not said:
        missing = [name for name in seen if seen[name] != expected[name]]
        problems.append("%s changed and nothing was reported; log: %s" % (missing, log[-1500:]))
    return "reported", problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    choose = random.Random(options.seed)
    counts, failed = {}, 0
    with tempfile.TemporaryDirectory(prefix="sluice-damage-") as folder:
        original = os.path.join(folder, "original")
        with SluiceProcess(data=original, arguments=ARGUMENTS) as sluice:
            fill(sluice)
            expected = content(sluice)
            sluice.kill()
        for fault in range(options.faults):
            copy = os.path.join(folder, "copy")
            shutil.copytree(original, copy)
            words = damage(copy, choose)
            result, problems = outcome(copy, expected)
            counts[result] = counts.get(result, 0) + 1
            if problems:
                failed += 1
                print("FAILED fault %d, %s: %s" % (fault, words, "; ".join(problems)))
            shutil.rmtree(copy)
        code, out, err = sluice_process.run("check", original)
        if code != 0:
            failed += 1
            print("FAILED check finds faults in an undamaged folder: %d %s %s" % (code, out, err))
    print("%d faults: %s; seed %d" % (options.faults, counts, options.seed))
    print("%d passed, %d failed" % (options.faults - failed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
