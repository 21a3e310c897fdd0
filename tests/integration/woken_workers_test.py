"""Who waits for work hears of it, whatever made it possible: real clients with a blocked LEASE.

Each story makes a worker wait, does one thing that makes work for it, and wants it served at once.
"""

import sys
import threading
import time

from sluice_process import SluiceProcess

BLOCK_MS = 20_000
AT_ONCE_S = 5
A = "t:ada:events:a"
B = "t:ada:events:b"
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit("FAILED  %s" % what)
    print("ok      %s" % what, flush=True)


def lease(redis, stream, consumer="w", count=1, block=None):
    words = ["SLUICE.LEASE", "GROUP", "g", consumer, "COUNT", count, "LEASE", 600_000]
    if block is not None:
        words += ["BLOCK", block]
    return redis.execute_command(*words, "STREAMS", stream) or []


class Waiter:
    def __init__(self, sluice, redis, stream, consumer="w"):
        self.given = None
        own = sluice.redis()
        self.thread = threading.Thread(target=self.wait, args=(own, stream, consumer), daemon=True)
        self.thread.start()
        while not blocked(redis):
            time.sleep(0.01)

    def wait(self, own, stream, consumer):
        self.given = lease(own, stream, consumer, block=BLOCK_MS)

    def is_served(self):
        self.thread.join(AT_ONCE_S)
        return bool(self.given)


def blocked(redis):
    return any("b" in each["flags"] for each in redis.client_list())


def limited_consumer(sluice, redis):
    def story(how, act):
        redis.flushall()
        redis.xadd("s", {"n": 1})
        redis.xadd("s", {"n": 2})
        redis.execute_command("SLUICE.GROUP", "CREATE", "s", "g", "CONSUMERINFLIGHT", 1)
        first = lease(redis, "s")[0]
        waiter = Waiter(sluice, redis, "s")
        act(first[1], first[2])
        check(waiter.is_served(), "a full consumer goes on after " + how)

    story("SLUICE.ACK", lambda id, epoch: redis.execute_command("SLUICE.ACK", "s", "g", id, epoch))
    story("XACK", lambda id, _: redis.xack("s", "g", id))
    story("XCLAIM by another", lambda id, _: redis.xclaim("s", "g", "other", 0, [id]))
    story("XAUTOCLAIM by another", lambda *_: redis.xautoclaim("s", "g", "other", 0))
    story("a higher limit", lambda *_: redis.execute_command(
        "SLUICE.GROUP", "SET", "s", "g", "CONSUMERINFLIGHT", 2))


def limited_tenant(sluice, redis):
    def story(how, act):
        redis.flushall()
        redis.execute_command("SLUICE.TENANT", "SET", "ada", "INFLIGHT", 1)
        for stream in (A, B):
            redis.xadd(stream, {"n": 1})
            redis.xgroup_create(stream, "g", "0")
        first = lease(redis, A, "other")[0]
        waiter = Waiter(sluice, redis, B)
        act(first[1], first[2])
        check(waiter.is_served(), "a full tenant's other stream goes on after " + how)

    redis.execute_command("SLUICE.TENANT", "CREATE", "ada")
    story("SLUICE.ACK", lambda id, epoch: redis.execute_command("SLUICE.ACK", A, "g", id, epoch))
    story("SLUICE.FAIL", lambda id, epoch: redis.execute_command(
        "SLUICE.FAIL", A, "g", id, epoch, "DELAY", 60_000))
    story("XACK", lambda id, _: redis.xack(A, "g", id))
    story("XACKDEL", lambda id, _: redis.execute_command("XACKDEL", A, "g", "IDS", 1, id))
    story("XGROUP DESTROY", lambda *_: redis.xgroup_destroy(A, "g"))
    story("XGROUP DELCONSUMER", lambda *_: redis.xgroup_delconsumer(A, "g", "other"))
    story("DEL", lambda *_: redis.delete(A))
    story("a higher limit", lambda *_: redis.execute_command(
        "SLUICE.TENANT", "SET", "ada", "INFLIGHT", 2))


def retries_due_together(sluice, redis):
    """Another worker that asks at that moment finds both awake and takes one."""
    for _ in range(10):
        redis.flushall()
        redis.xadd("s", {"n": 1})
        redis.xadd("s", {"n": 2})
        redis.execute_command("SLUICE.GROUP", "CREATE", "s", "g")
        leased = lease(redis, "s", "first", count=2)
        waiter = Waiter(sluice, redis, "s")
        both = redis.pipeline(transaction=True)
        for entry in leased:
            both.execute_command("SLUICE.FAIL", "s", "g", entry[1], entry[2], "DELAY", 100)
        both.execute()
        while not lease(redis, "s", "poller") and waiter.thread.is_alive():
            pass
        if not waiter.is_served():
            check(False, "a retry that another worker woke reaches who waits")
    check(True, "a retry that another worker woke reaches who waits")


def line_that_is_full(sluice, redis):
    """100,000 entries stand behind another of their key: then no new ones are looked at."""
    redis.flushall()
    for _ in range(20):
        many = redis.pipeline(transaction=False)
        for _ in range(5000):
            many.xadd("s", {"partition_key": "k"})
        many.execute()
    redis.xadd("s", {"partition_key": "k"})
    other = redis.xadd("s", {"partition_key": "other"})
    redis.execute_command("SLUICE.GROUP", "CREATE", "s", "g")
    for _ in range(15):
        lease(redis, "s", "first")
    behind = redis.xrange("s", count=2)[1][0]
    waiter = Waiter(sluice, redis, "s")
    redis.xack("s", "g", behind)
    check(waiter.is_served(), "a line with room again lets new entries through")
    check(waiter.given[0][1] == other, "and it is the one of another key")


def main():
    with SluiceProcess(arguments=["--durability", "os"]) as sluice:
        redis = sluice.redis()
        limited_consumer(sluice, redis)
        limited_tenant(sluice, redis)
        retries_due_together(sluice, redis)
        line_that_is_full(sluice, redis)
    print("%d passed, 0 failed" % checks)


main()
