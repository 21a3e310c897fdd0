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
FAULTS = [(calls, first) for calls in ("pwritev2,pwritev,pwrite64", "fdatasync,fsync")
          for first in (4, 7, 12, 30)]
ENTRIES, BATCH = 300, 5
EXIT_IO = 70


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


def ended(sluice, refusal):
    """A broken connection means that the server is about to end."""
    if refusal is None or is_error(refusal):
        return sluice.process.poll() is not None
    sluice.process.wait(10)
    return True


def reads_go_on(sluice, acked):
    """A poisoned server that still runs goes on serving what was acknowledged."""
    connection = Connection(sluice)
    seen = [entry[0].decode() for entry in connection.call("XRANGE", "s", "-", "+")]
    connection.close()
    return seen[:len(acked)] == acked


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
            acked, refusal = write_until_it_fails(sluice)
            if not ended(sluice, refusal):
                if not reads_go_on(sluice, acked):
                    problems.append("reads stopped or lost what was acknowledged")
            elif sluice.process.returncode != EXIT_IO:
                problems.append("ended with %d: %s" % (sluice.process.returncode, sluice.log()))
            sluice.kill()
            trace = read_trace(folder + "/trace")
            early, _ = early_replies(trace, Durability(trace, MARKER))
            problems += early
            sluice.command_prefix = []
            sluice.start()
            connection = Connection(sluice)
            seen = [entry[0].decode() for entry in connection.call("XRANGE", "s", "-", "+")]
            connection.close()
            if seen[:len(acked)] != acked:
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
