"""No success reply leaves before the sync that covers it (docs/guarantees: P1, level disk).

The server runs under strace. Every entry carries a marker; the trace must show that the write with
this marker was durable before any socket was sent the entry's id or its bytes. The other commands
run one by one: between the request and its reply something must have become durable.
"""

import re
import sys
import tempfile
import threading

from traced import RECEIVES, SENDS, Connection, Durability, read_trace, start_traced

MARKER = re.compile(r"marker-(\d+);")
ACKED = re.compile(r"\\r\\n(\d+)-1\\r\\n")
WRITERS, BATCHES, BATCH = 6, 12, 8

WRITE_COMMANDS = [
    ("XGROUP", "CREATE", "s", "g", "0"), ("XGROUP", "CREATECONSUMER", "s", "g", "c"),
    ("XGROUP", "SETID", "s", "g", "0"), ("SET", "k", "v"), ("SET", "n", "1"), ("INCR", "n"),
    ("APPEND", "k", "w"), ("HSET", "h", "f", "v"), ("HINCRBY", "h", "n", "5"), ("HDEL", "h", "n"),
    ("ZADD", "z", "1", "a"), ("ZINCRBY", "z", "2", "a"), ("EXPIRE", "k", "1000"),
    ("PERSIST", "k"), ("RENAME", "k", "k2"), ("XSETID", "s", "9999999-1"),
    ("XDEL", "s", "900001-1"), ("XTRIM", "s", "MAXLEN", "1"), ("DEL", "h"),
    ("XGROUP", "DESTROY", "s", "g"), ("FLUSHALL",),
]


def write(sluice, writer):
    connection = Connection(sluice)
    number = writer
    for _ in range(BATCHES):
        for _ in range(BATCH):
            number += WRITERS
            connection.send("XADD", "stream-%d" % writer, "%d-1" % number, "f",
                            "marker-%d;" % number + "x" * (number % 500))
        for _ in range(BATCH):
            connection.read()
    connection.close()


def watch(sluice, stop):
    """Reads all the time what the writers add: nobody may see what a crash could take back."""
    connection = Connection(sluice)
    last = ["0"] * WRITERS
    names = ["stream-%d" % writer for writer in range(WRITERS)]
    while not stop.is_set():
        reply = connection.call("XREAD", "COUNT", "20", "BLOCK", "20", "STREAMS", *names, *last)
        for name, entries in reply or []:
            last[names.index(name.decode())] = entries[-1][0].decode()
    connection.close()


def run_load(sluice):
    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(sluice, stop))
    writers = [threading.Thread(target=write, args=(sluice, n)) for n in range(WRITERS)]
    for thread in [watcher, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    watcher.join()
    connection = Connection(sluice)
    replies = [connection.call("XADD", "s", "%d-1" % n, "f", "marker-%d;" % n)
               for n in (900001, 900002, 900003)]
    replies += [connection.call(*words) for words in WRITE_COMMANDS]
    connection.close()
    failed = [reply for reply in replies if isinstance(reply, str) and reply.startswith("-")]
    if failed:
        raise AssertionError("commands of the test failed: %r" % failed)


def early_replies(calls, durable):
    """Sends that held an id or a marker before its write was durable."""
    early, acks = [], set()
    for call in calls:
        if call.name not in SENDS or not call.is_socket:
            continue
        for number in ACKED.findall(call.text) + MARKER.findall(call.text):
            acks.add(number)
            if durable.at.get(number, 1 << 62) > call.begin:
                early.append("%s left at line %d, its write was durable at %s" %
                             (number, call.begin, durable.at.get(number)))
    return early, acks


def unsynced_commands(calls, durable):
    """Commands of the last connection whose reply left with nothing made durable in between."""
    unsynced = []
    for words in WRITE_COMMANDS:
        request = "".join("$%d\\r\\n%s\\r\\n" % (len(w), w) for w in words)
        asked = next((c for c in calls if c.is_socket and c.name in RECEIVES and
                      request in c.text and c.text.count("*") >= 1), None)
        if asked is None:
            unsynced.append("%r is not in the trace" % (words,))
            continue
        answered = next(c for c in calls if c.begin > asked.end and c.is_socket and
                        c.name in SENDS and c.target == asked.target)
        if not any(asked.end < moment < answered.begin for moment in durable.moments):
            unsynced.append("%r was answered without a sync" % (words,))
    return unsynced


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-strace-") as folder:
        sluice = start_traced(folder, arguments=["--durability", "disk"])
        with sluice:
            run_load(sluice)
            code = sluice.terminate(60)
        calls = read_trace(folder + "/trace")
    durable = Durability(calls, MARKER)
    early, acks = early_replies(calls, durable)
    problems = early + unsynced_commands(calls, durable)
    if code != 0:
        problems.append("SIGTERM ended with %d" % code)
    expected = WRITERS * BATCHES * BATCH
    if len(acks) < expected:
        problems.append("only %d of %d replies are in the trace" % (len(acks), expected))
    print("%d replies in the trace, %d left before their sync; %d other commands" %
          (len(acks), len(early), len(WRITE_COMMANDS)))
    for problem in problems[:20]:
        print("    " + problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
