"""What a Python program does with redis-py on streams, written as its users write it.

Run with Debian's python3 and python3-redis 4.3 and SLUICE_BINARY set.
"""

import os
import threading

import redis

from checks import check, equal, raises, run_all


@check
def adds_and_reads_a_stream(sluice):
    r = sluice.redis()
    first = r.xadd("orders", {"item": "tea", "price": 3})
    second = r.xadd("orders", {"item": "cake"}, id="*")
    equal(r.xlen("orders"), 2)
    entries = r.xrange("orders")
    equal(entries, [(first, {b"item": b"tea", b"price": b"3"}), (second, {b"item": b"cake"})])
    equal(r.xrevrange("orders", count=1), [(second, {b"item": b"cake"})])
    equal(r.xread({"orders": first}), [[b"orders", [(second, {b"item": b"cake"})]]])
    equal(r.xread({"orders": "$"}), [])
    assert second > first


@check
def trims_and_deletes(sluice):
    r = sluice.redis(decode_responses=True)
    ids = [r.xadd("s", {"n": i}) for i in range(10)]
    equal(r.xdel("s", ids[0], ids[5], "0-1"), 2)
    equal(r.xtrim("s", maxlen=5, approximate=False), 3)
    equal([fields["n"] for _, fields in r.xrange("s")], ["4", "6", "7", "8", "9"])
    equal(r.xtrim("s", minid=ids[8], approximate=False), 3)
    r.xadd("s", {"n": 10}, maxlen=2, approximate=False)
    equal([fields["n"] for _, fields in r.xrange("s")], ["9", "10"])
    equal(r.xadd("absent", {"a": 1}, nomkstream=True), None)
    info = r.xinfo_stream("s")
    equal((info["length"], info["entries-added"], info["last-entry"][1]), (2, 11, {"n": "10"}))


@check
def works_in_a_consumer_group(sluice):
    r = sluice.redis(decode_responses=True)
    raises(redis.ResponseError, "requires the key to exist", lambda: r.xgroup_create("s", "g"))
    equal(r.xgroup_create("s", "g", id="0", mkstream=True), True)
    raises(redis.ResponseError, "BUSYGROUP", lambda: r.xgroup_create("s", "g", id="0"))
    ids = [r.xadd("s", {"n": i}) for i in range(6)]
    equal(r.xreadgroup("g", "a", {"s": ">"}, count=2),
          [["s", [(ids[0], {"n": "0"}), (ids[1], {"n": "1"})]]])
    equal(r.xreadgroup("g", "b", {"s": ">"}, count=2)[0][1][0][0], ids[2])
    equal(r.xack("s", "g", ids[0]), 1)
    equal(r.xpending("s", "g"), {"pending": 3, "min": ids[1], "max": ids[3], "consumers": [
        {"name": "a", "pending": 1}, {"name": "b", "pending": 2}]})
    pending = r.xpending_range("s", "g", min="-", max="+", count=10)
    equal([(p["message_id"], p["consumer"], p["times_delivered"]) for p in pending],
          [(ids[1], "a", 1), (ids[2], "b", 1), (ids[3], "b", 1)])
    groups = r.xinfo_groups("s")
    equal((groups[0]["name"], groups[0]["pending"], groups[0]["lag"]), ("g", 3, 2))
    consumers = r.xinfo_consumers("s", "g")
    equal([(c["name"], c["pending"]) for c in consumers], [("a", 1), ("b", 2)])
    equal(r.xgroup_setid("s", "g", "0"), True)
    equal(r.xgroup_delconsumer("s", "g", "b"), 2)
    equal(r.xgroup_createconsumer("s", "g", "c"), 1)
    equal(r.xgroup_destroy("s", "g"), 1)
    raises(redis.ResponseError, "NOGROUP", lambda: r.xreadgroup("g", "a", {"s": ">"}))


@check
def claims_from_a_consumer_that_died(sluice):
    r = sluice.redis(decode_responses=True)
    r.xgroup_create("s", "g", id="0", mkstream=True)
    ids = [r.xadd("s", {"n": i}) for i in range(5)]
    r.xreadgroup("g", "dead", {"s": ">"})
    equal(r.xclaim("s", "g", "alive", 0, ids[:2]), [(ids[0], {"n": "0"}), (ids[1], {"n": "1"})])
    equal(r.xclaim("s", "g", "alive", 3_600_000, ids[2:]), [])
    equal(r.xclaim("s", "g", "alive", 0, [ids[2]], justid=True), [ids[2]])
    r.xdel("s", ids[3])
    claimed = r.execute_command("XAUTOCLAIM", "s", "g", "other", 0, "0-0")
    equal(claimed[0], "0-0")
    equal([entry[0] for entry in claimed[1]], [ids[0], ids[1], ids[2], ids[4]])
    equal(claimed[2], [ids[3]])
    equal(r.xpending("s", "g")["consumers"], [{"name": "other", "pending": 4}])


@check
def blocked_consumers_share_the_work(sluice):
    r = sluice.redis(decode_responses=True)
    r.xgroup_create("jobs", "workers", id="0", mkstream=True)
    done = {name: [] for name in ("a", "b", "c", "d")}
    stop = "stop"

    def work(name):
        own = sluice.redis(decode_responses=True)
        while True:
            for _, entries in own.xreadgroup("workers", name, {"jobs": ">"}, count=1, block=10_000):
                for entry_id, fields in entries:
                    own.xack("jobs", "workers", entry_id)
                    if fields["n"] == stop:
                        return
                    done[name].append(int(fields["n"]))

    threads = [threading.Thread(target=work, args=(name,)) for name in done]
    for thread in threads:
        thread.start()
    for n in range(400):
        r.xadd("jobs", {"n": n})
    for _ in threads:
        r.xadd("jobs", {"n": stop})
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    equal(sorted(sum(done.values(), [])), list(range(400)))
    assert all(numbers == sorted(numbers) for numbers in done.values())
    equal(r.xpending("jobs", "workers")["pending"], 0)


@check
def a_blocked_read_times_out_and_wakes_up(sluice):
    r = sluice.redis(decode_responses=True)
    equal(r.xread({"s": "$"}, block=20), [])
    seen = []
    reader = threading.Thread(
        target=lambda: seen.append(sluice.redis(decode_responses=True).xread({"s": "0"}, block=0)))
    reader.start()
    while r.info("clients")["blocked_clients"] != 1:
        pass
    first = r.xadd("s", {"a": 1})
    reader.join(10)
    equal(seen, [[["s", [(first, {"a": "1"})]]]])


@check
def a_transaction_with_watch_retries(sluice):
    r = sluice.redis(decode_responses=True)
    other = sluice.redis(decode_responses=True)
    r.set("stock", 10)
    attempts = 0
    with r.pipeline() as pipe:
        while True:
            try:
                pipe.watch("stock")
                left = int(pipe.get("stock"))
                if attempts == 0:
                    other.set("stock", 7)
                attempts += 1
                pipe.multi()
                pipe.set("stock", left - 1)
                pipe.xadd("sales", {"left": left - 1}, id="1-1")
                equal(pipe.execute(), [True, "1-1"])
                break
            except redis.WatchError:
                continue
    equal((attempts, r.get("stock"), r.xlen("sales")), (2, "6", 1))


@check
def a_pipeline_keeps_its_order(sluice):
    r = sluice.redis(decode_responses=True)
    pipe = r.pipeline(transaction=False)
    for n in range(5000):
        pipe.xadd("s", {"n": n}, id="%d-1" % (n + 1))
        if n % 100 == 99:
            pipe.xlen("s")
    replies = pipe.execute()
    equal(replies[-1], 5000)
    equal([fields["n"] for _, fields in r.xrange("s")], [str(n) for n in range(5000)])
    pipe = r.pipeline(transaction=False)
    pipe.set("text", "abc").incr("text").get("text")
    replies = pipe.execute(raise_on_error=False)
    assert isinstance(replies[1], redis.ResponseError)
    equal(replies[2], "abc")


@check
def keeps_any_bytes_and_large_ones(sluice):
    r = sluice.redis()
    every_byte = bytes(range(256))
    large = os.urandom(8 << 20)
    name = b"s\r\n\x00\xff*$"
    entry = r.xadd(name, {every_byte: large, b"": b""})
    equal(r.xrange(name), [(entry, {every_byte: large, b"": b""})])
    r.set(every_byte, large)
    assert r.get(every_byte) == large
    r.xgroup_create(name, every_byte, id="0")
    equal(r.xreadgroup(every_byte, b"\xfe", {name: ">"}, count=1)[0][1][0][1][every_byte], large)


@check
def documents_beside_streams(sluice):
    r = sluice.redis(decode_responses=True)
    r.hset("task:1", mapping={"status": "running", "agent": "a7"})
    equal(r.hgetall("task:1"), {"status": "running", "agent": "a7"})
    equal(r.hincrby("task:1", "attempt", 2), 2)
    r.zadd("due", {"task:1": 1.5, "task:2": 1, "task:3": 2})
    equal(r.zrange("due", 0, -1, withscores=True),
          [("task:2", 1.0), ("task:1", 1.5), ("task:3", 2.0)])
    equal(r.zrangebyscore("due", "-inf", "(2"), ["task:2", "task:1"])
    equal(r.zpopmin("due"), [("task:2", 1.0)])
    r.set("lock", "me", nx=True, px=60_000)
    equal(r.set("lock", "you", nx=True, px=60_000), None)
    assert 0 < r.pttl("lock") <= 60_000
    equal(sorted(r.scan_iter(match="*")), ["due", "lock", "task:1"])
    equal(sorted(r.keys("task:*")), ["task:1"])
    equal(r.type("due"), "zset")
    equal(dict(r.hscan_iter("task:1"))["status"], "running")
    equal(r.delete("due", "lock", "absent"), 2)
    equal(r.dbsize(), 1)


@check
def answers_what_libraries_ask(sluice):
    r = sluice.redis(decode_responses=True, client_name="tester", health_check_interval=1)
    equal(r.ping(), True)
    equal(r.client_getname(), "tester")
    assert isinstance(r.client_id(), int)
    assert any(c["name"] == "tester" for c in r.client_list())
    info = r.info()
    for field in ("redis_version", "connected_clients", "used_memory", "uptime_in_seconds",
                  "total_commands_processed", "loading", "role"):
        assert field in info, field
    assert r.command_count() > 100
    equal(r.command_getkeys("XREADGROUP", "GROUP", "g", "c", "STREAMS", "a", "b", ">", ">"),
          ["a", "b"])
    assert "xadd" in r.command()
    assert "maxmemory-policy" in r.config_get("maxmemory*")
    assert abs(r.time()[0] - r.lastsave().timestamp()) < 1e10
    raises(redis.ResponseError, "unknown command", lambda: r.execute_command("NOSUCH"))


@check
def after_kill_9_everything_acknowledged_is_there(sluice):
    r = sluice.redis(decode_responses=True, retry_on_timeout=True)
    r.xgroup_create("s", "g", id="0", mkstream=True)
    ids = [r.xadd("s", {"n": n}) for n in range(200)]
    r.xreadgroup("g", "a", {"s": ">"}, count=50)
    r.xack("s", "g", *ids[:20])
    r.hset("h", mapping={"a": 1, "b": 2})
    r.zadd("z", {"m": 1.5})
    r.set("k", "v", ex=1000)
    sluice.kill()
    raises(redis.ConnectionError, "", r.ping)
    sluice.start()
    r = sluice.redis(decode_responses=True)
    equal([entry_id for entry_id, _ in r.xrange("s")], ids)
    equal(r.xlen("s"), 200)
    redelivered = set(p["message_id"] for p in r.xpending_range("s", "g", "-", "+", 1000))
    assert not redelivered & set(ids[:20]), "acknowledged entries are pending again"
    rest = r.xreadgroup("g", "a", {"s": ">"}, count=1000)[0][1]
    seen = redelivered | set(entry_id for entry_id, _ in rest)
    equal(seen, set(ids[20:]))
    equal((r.hgetall("h"), r.zscore("z", "m"), r.get("k")), ({"a": "1", "b": "2"}, 1.5, "v"))
    assert 0 < r.ttl("k") <= 1000
    assert r.xadd("s", {"n": "next"}) > ids[-1]


@check
def a_pool_of_threads_reconnects_after_a_restart(sluice):
    port = sluice.resp
    r = sluice.redis(decode_responses=True)
    for n in range(50):
        r.xadd("s", {"n": n})
    sluice.arguments = ["--resp", port]
    sluice.kill()
    sluice.start()
    equal(sluice.resp, port)
    equal(r.xlen("s"), 50)
    equal(r.xadd("s", {"n": 50}, id="99999999999999-1"), "99999999999999-1")
    equal(sluice.terminate(), 0)
    sluice.start()
    equal(r.xlen("s"), 51)


if __name__ == "__main__":
    run_all()
