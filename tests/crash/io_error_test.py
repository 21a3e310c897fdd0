"""After a failed write or sync nothing is acknowledged that was not durable before (P12).

strace makes a system call of the journal fail with EIO from its k-th use on, for several k. The
trace must show no reply for an entry whose write was not durable; the server may refuse or end,
with exit code 70. After a restart without faults everything that was acknowledged is there.
"""

import re
import sys
import tempfile

from sync_order_test import MARKER, early_replies
from traced import Connection, Durability, is_error, read_trace, start_traced

# (system calls that fail, from which use on)
FAULTS = ([("pwritev2,pwritev,pwrite64", first) for first in (4, 12, 18, 40)] +
          [("fdatasync,fsync", first) for first in (1, 2, 4, 8)])
ENTRIES, BATCH, QUIET = 300, 5, 3
EXIT_IO = 70


def write_quiet(sluice):
    """A stream that nobody touches again: its ids, as far as they were acknowledged."""
    connection, acked = Connection(sluice), []
    try:
        for number in range(900_001, 900_001 + QUIET):
            reply = connection.call("XADD", "quiet", "%d-1" % number, "f", "marker-%d;" % number)
            if is_error(reply):
                break
            acked.append(reply.decode())
    except (ConnectionError, TimeoutError):
        pass
    return acked


def write_until_it_fails(sluice):
    """The ids that were acknowledged, and the first refusal or the way the connection broke."""
    acked, refusal = [], None
    connection = Connection(sluice)
    try:
        for first in range(1, ENTRIES, BATCH):
            for number in range(first, first + BATCH):
                connection.send("XADD", "s", "%d-1" % number, "f", "marker-%d;" % number)
            for number in range(first, first + BATCH):
                reply = connection.read()
                if is_error(reply):
                    refusal = refusal or reply
                elif refusal:
                    raise AssertionError("%r was acknowledged after %r" % (reply, refusal))
                else:
                    acked.append(reply.decode())
    except (ConnectionError, TimeoutError) as error:
        refusal = refusal or repr(error)
    return acked, refusal


def ids(sluice, stream):
    connection = Connection(sluice)
    entries = connection.call("XRANGE", stream, "-", "+")
    connection.close()
    return entries if is_error(entries) else [entry[0].decode() for entry in entries]


def problems_of_poisoned(sluice, quiet):
    """A server that still runs refuses writes, and serves what was durable before the fault."""
    problems = []
    reply = Connection(sluice).call("SET", "k", "v")
    if not is_error(reply):
        problems.append("a write was acknowledged after the fault: %r" % reply)
    if len(quiet) == QUIET and ids(sluice, "quiet") != quiet:
        problems.append("reads of what was durable before stopped")
    return problems


def one_fault(calls, first):
    problems = []
    with tempfile.TemporaryDirectory(prefix="sluice-eio-") as folder:
        inject = ("-e", "inject=%s:error=EIO:when=%d+" % (calls, first))
        try:
            sluice = start_traced(folder, inject)
        except RuntimeError as error:
            # The fault hit the start: the server must have said so and ended.
            code = re.search(r"ended with (\d+)", str(error))
            if not code or int(code[1]) != EXIT_IO:
                problems.append("start: %s" % error)
            return problems, 0, "refused to start"
        with sluice:
            quiet = write_quiet(sluice)
            acked, refusal = write_until_it_fails(sluice)
            if sluice.process.poll() is None and refusal is not None:
                problems += problems_of_poisoned(sluice, quiet)
            elif sluice.process.poll() not in (None, EXIT_IO):
                problems.append("ended with %d: %s" % (sluice.process.returncode, sluice.log()))
            sluice.kill()
            trace = read_trace(folder + "/trace")
            early, _ = early_replies(trace, Durability(trace, MARKER))
            problems += early
            sluice.command_prefix = []
            sluice.start()
            seen = ids(sluice, "s")
            if seen[:len(acked)] != acked or ids(sluice, "quiet")[:len(quiet)] != quiet:
                problems.append("acknowledged %d, but %d are there after a restart" %
                                (len(acked), len(seen)))
    return problems, len(acked), refusal


def main():
    failed, hit = 0, 0
    for calls, first in FAULTS:
        problems, acked, refusal = one_fault(calls, first)
        hit += refusal is not None
        failed += bool(problems)
        print("%s from use %d on: %d acknowledged, then %s" % (calls, first, acked, refusal))
        for problem in problems[:5]:
            print("    FAILED " + problem)
    if hit < len(FAULTS) // 2:
        failed += 1
        print("FAILED only %d faults hit anything" % hit)
    print("%d passed, %d failed" % (len(FAULTS) - failed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
