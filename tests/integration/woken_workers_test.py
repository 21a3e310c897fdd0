"""Who waits for work hears of it, whatever made it possible: real clients with a blocked LEASE.

Each story makes a worker wait, does one thing that makes work for it, and wants it served at once.
"""

import threading
import time

from checks import check, equal, run_all

BLOCK_MS = 20_000
AT_ONCE_S = 5
A = "t:ada:events:a"
B = "t:ada:events:b"


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

    def expect_served(self, what):
        self.thread.join(AT_ONCE_S)
        if not self.given:
            raise AssertionError(what)


def blocked(redis):
    return any("b" in each["flags"] for each in redis.client_list())


@check
def a_full_consumer_goes_on(sluice):
    redis = sluice.redis()

    def story(how, act):
        redis.flushall()
        redis.xadd("s", {"n": 1})
        redis.xadd("s", {"n": 2})
        redis.execute_command("SLUICE.GROUP", "CREATE", "s", "g", "CONSUMERINFLIGHT", 1)
        first = lease(redis, "s")[0]
        waiter = Waiter(sluice, redis, "s")
        act(first[1], first[2])
        waiter.expect_served("not after " + how)

    story("SLUICE.ACK", lambda id, epoch: redis.execute_command("SLUICE.ACK", "s", "g", id, epoch))
    story("XACK", lambda id, _: redis.xack("s", "g", id))
    story("XCLAIM by another", lambda id, _: redis.xclaim("s", "g", "other", 0, [id]))
    story("XAUTOCLAIM by another", lambda *_: redis.xautoclaim("s", "g", "other", 0))
    story("a higher limit", lambda *_: redis.execute_command(
        "SLUICE.GROUP", "SET", "s", "g", "CONSUMERINFLIGHT", 2))


@check
def another_stream_of_a_full_tenant_goes_on(sluice):
    redis = sluice.redis()

    def story(how, act):
        redis.flushall()
        redis.execute_command("SLUICE.TENANT", "SET", "ada", "INFLIGHT", 1)
        for stream in (A, B):
            redis.xadd(stream, {"n": 1})
            redis.xgroup_create(stream, "g", "0")
        first = lease(redis, A, "other")[0]
        waiter = Waiter(sluice, redis, B)
        act(first[1], first[2])
        waiter.expect_served("not after " + how)

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


@check
def a_retry_that_another_worker_woke_reaches_who_waits(sluice):
    """Another worker that asks at that moment finds both awake and takes one."""
    redis = sluice.redis()
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
        waiter.expect_served("it slept on beside a ready entry")


@check
def a_line_with_room_again_lets_new_entries_through(sluice):
    """100,000 entries stand behind another of their key: then no new ones are looked at."""
    redis = sluice.redis()
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
    waiter.expect_served("it slept on beside a new entry")
    equal(waiter.given[0][1], other)


run_all()
