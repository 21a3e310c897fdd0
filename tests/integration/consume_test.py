"""`sluice consume` against a real server: what commands are given, and what their end means.

Prints "N passed, N failed".
"""

import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import time

from checks import check, equal, run_all
from sluice_process import binary, clean_environment, run

SECONDS = 20


def consume(sluice, *arguments, env=None, timeout=60):
    """Runs to its end; answers (exit code, lines of JSON, stderr)."""
    code, output, errors = run("consume", *arguments[:1], "--server", sluice.resp, "--json",
                               *arguments[1:], env=env, timeout=timeout)
    return code, [json.loads(line) for line in output.splitlines()], errors


def start(sluice, *arguments):
    """Runs beside the test; ended by whoever started it."""
    return subprocess.Popen([binary(), "consume", *arguments[:1], "--server", sluice.resp,
                             "--json", *arguments[1:]], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=clean_environment())


def ended(process, seconds=SECONDS):
    output, errors = process.communicate(timeout=seconds)
    return process.returncode, [json.loads(line) for line in output.splitlines()], errors.decode()


def until(condition, what, seconds=SECONDS):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("not in %d seconds: %s" % (seconds, what))


def facts(sluice, stream="orders", group="g"):
    reply = sluice.redis(decode_responses=True).execute_command("SLUICE.GROUP", "SHOW", stream,
                                                                group)
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2]))


def with_group(sluice, *options, stream="orders", group="g"):
    sluice.redis().execute_command("SLUICE.GROUP", "CREATE", stream, group, *options)


def settles(lines):
    return [(line.get("settle"), line["answer"]) for line in lines]


# --- one process for each event ---------------------------------------------------------------


@check
def exit_code_0_acknowledges_and_drain_ends(sluice):
    redis = sluice.redis(decode_responses=True)
    for n in range(5):
        redis.xadd("orders", {"n": n})
    code, lines, _ = consume(sluice, "orders", "--group", "g", "--create", "--drain", "--", "true")
    equal(code, 0)
    equal(settles(lines), [("ack", "OK")] * 5)
    equal(redis.xpending("orders", "g")["pending"], 0)


@check
def the_payload_is_on_standard_input_and_the_rest_in_the_environment(sluice):
    redis = sluice.redis(decode_responses=True)
    entry = redis.xadd("orders", {"data": '{"n": 1}', "event_type": "order.paid",
                                  "tenant_id": "acme", "correlation_id": "c-1",
                                  "traceparent": "00-ab-cd-01"})
    redis.xadd("orders", {"item": "tea", "n": "2"})
    with tempfile.TemporaryDirectory() as folder:
        script = 'cat > "%s/$SLUICE_ID.in"; env > "%s/$SLUICE_ID.env"' % (folder, folder)
        code, lines, errors = consume(sluice, "orders", "--group", "g", "--consumer", "ada",
                                      "--create", "--drain", "--", "sh", "-c", script)
        equal((code, errors), (0, ""))
        seen = {name: open(os.path.join(folder, name)).read() for name in os.listdir(folder)}
    equal(seen[entry + ".in"], '{"n": 1}')
    equal(seen[lines[1]["id"] + ".in"], '{"item":"tea","n":"2"}')
    environment = dict(line.split("=", 1) for line in seen[entry + ".env"].splitlines())
    for name, value in {"SLUICE_STREAM": "orders", "SLUICE_GROUP": "g", "SLUICE_CONSUMER": "ada",
                        "SLUICE_ID": entry, "SLUICE_TYPE": "order.paid", "SLUICE_TENANT": "acme",
                        "SLUICE_DELIVERIES": "1", "SLUICE_FAILURES": "0",
                        "SLUICE_CORRELATION_ID": "c-1", "TRACEPARENT": "00-ab-cd-01",
                        "SLUICE_SERVER": sluice.resp}.items():
        equal((name, environment.get(name)), (name, value))
    equal(int(environment["SLUICE_EPOCH"]) > 0, True)


@check
def a_consumer_without_a_name_of_its_own_leaves_no_trace(sluice):
    redis = sluice.redis(decode_responses=True)
    redis.xadd("orders", {"n": 1})
    flags = ("orders", "--group", "g", "--create", "--drain")
    consume(sluice, *flags, "--", "true")
    equal(redis.xinfo_consumers("orders", "g"), [])
    consume(sluice, *flags, "--consumer", "ada", "--", "true")
    equal([each["name"] for each in redis.xinfo_consumers("orders", "g")], ["ada"])


@check
def an_event_brings_its_own_parts(sluice):
    run("publish", "orders", "--server", sluice.resp, "--event-type", "task.created", "--task",
        "t-17", "title=Read")
    code, lines, _ = consume(sluice, "orders", "--group", "g", "--create", "--once", "--", "sh",
                             "-c", 'test "$SLUICE_TYPE:$SLUICE_TASK_ID" = task.created:t-17 && '
                             'test -n "$SLUICE_EVENT_ID" && test "$(cat)" = \'{"title":"Read"}\'')
    equal((code, settles(lines)), (0, [("ack", "OK")]))


@check
def what_fails_is_retried_by_the_policy_and_then_dead(sluice):
    with_group(sluice, "RETRY", "20ms,40ms")
    sluice.redis().xadd("orders", {"n": 1})
    code, lines, errors = consume(sluice, "orders", "--group", "g", "--drain", "--", "sh", "-c",
                                  'echo "attempt $SLUICE_DELIVERIES after $SLUICE_FAILURES: '
                                  'no such host" >&2; exit 1')
    equal(code, 0)
    equal(settles(lines), [("retry", "PARKED"), ("retry", "PARKED"), ("retry", "DEAD")])
    equal([line["error"] for line in lines],
          ["exit code 1: attempt %d after %d: no such host" % (n + 1, n) for n in range(3)])
    equal("attempt 2 after 1: no such host\n" in errors, True)
    equal(facts(sluice)["dead"], 1)


@check
def exit_code_75_is_not_now_and_65_is_never(sluice):
    with_group(sluice, "RETRY", "20ms,20ms,20ms")
    sluice.redis().xadd("orders", {"n": 1})
    script = 'test "$SLUICE_FAILURES" = 2 && exit 65; exit 75'
    code, lines, _ = consume(sluice, "orders", "--group", "g", "--on-failure", "dead", "--drain",
                             "--", "sh", "-c", script)
    equal(code, 0)
    equal(settles(lines), [("retry", "PARKED"), ("retry", "PARKED"), ("dead", "DEAD")])
    equal(lines[-1]["reason"], "permanent")


@check
def on_failure_dead_makes_every_other_exit_code_final(sluice):
    sluice.redis().xadd("orders", {"n": 1})
    _, lines, _ = consume(sluice, "orders", "--group", "g", "--create", "--on-failure", "dead",
                          "--drain", "--", "sh", "-c", "exit 3")
    equal(settles(lines), [("dead", "DEAD")])


@check
def a_crash_is_a_failure_with_the_name_of_the_signal(sluice):
    with_group(sluice, "RETRY", "20ms")
    sluice.redis().xadd("orders", {"n": 1})
    _, lines, _ = consume(sluice, "orders", "--group", "g", "--drain", "--", "sh", "-c",
                          'test "$SLUICE_FAILURES" = 1 || kill -SEGV $$')
    equal(settles(lines), [("retry", "PARKED"), ("ack", "OK")])
    equal(lines[0]["error"], "killed by SIGSEGV")


@check
def a_command_that_takes_too_long_is_ended(sluice):
    with_group(sluice, "RETRY", "none")
    sluice.redis().xadd("orders", {"n": 1})
    _, lines, _ = consume(sluice, "orders", "--group", "g", "--timeout", "200ms", "--drain", "--",
                          "sh", "-c", "sleep 100; true")
    equal(settles(lines), [("retry", "DEAD")])
    equal(lines[0]["error"], "no end within 200ms")


@check
def the_lease_is_extended_while_the_command_runs(sluice):
    sluice.redis().xadd("orders", {"n": 1})
    code, lines, _ = consume(sluice, "orders", "--group", "g", "--create", "--lease", "300ms",
                             "--drain", "--", "sleep", "1.5")
    equal((code, settles(lines)), (0, [("ack", "OK")]))
    equal((lines[0]["deliveries"], lines[0]["took_ms"] >= 1500), (1, True))


@check
def concurrency_is_how_many_run_at_one_time(sluice):
    redis = sluice.redis()
    for n in range(6):
        redis.xadd("orders", {"n": n})
    begin = time.monotonic()
    code, lines, _ = consume(sluice, "orders", "--group", "g", "--create", "--concurrency", "6",
                             "--drain", "--", "sleep", "1")
    equal((code, len(lines)), (0, 6))
    equal(time.monotonic() - begin < 5, True)


@check
def once_is_one_event_or_none(sluice):
    redis = sluice.redis()
    redis.xadd("orders", {"n": 1})
    redis.xadd("orders", {"n": 2})
    flags = ("orders", "--group", "g", "--create", "--once", "--", "true")
    equal([len(consume(sluice, *flags)[1]) for _ in range(3)], [1, 1, 0])


@check
def on_a_screen_the_counts_and_the_output_keep_apart(sluice):
    sluice.redis().xadd("orders", {"n": 1})
    process, terminal = pty.fork()
    if process == 0:
        os.execve(binary(), ["sluice", "consume", "orders", "--group", "g", "--create", "--drain",
                             "--server", sluice.resp, "--", "sh", "-c", "sleep 0.5; echo hello"],
                  clean_environment({"TERM": "xterm"}))
    shown = b""
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:  # the terminal ends with its process
        pass
    equal(os.waitpid(process, 0)[1], 0)
    os.close(terminal)
    equal(b"g: 0 done, 0 to be retried, 0 dead, 1 running" in shown, True)
    equal(b"\r\x1b[Khello\r\n" in shown, True)
    equal(shown.endswith(b"sluice: 1 done, 0 to be retried, 0 dead\r\n"), True)


# --- ends and interruptions -------------------------------------------------------------------


@check
def asked_to_stop_it_waits_for_what_runs(sluice):
    sluice.redis().xadd("orders", {"n": 1})
    process = start(sluice, "orders", "--group", "g", "--create", "--", "sh", "-c", "sleep 1")
    until(lambda: sluice.redis().exists("orders") and _leased(sluice) == 1, "a lease")
    process.send_signal(signal.SIGTERM)
    code, lines, _ = ended(process)
    equal((code, settles(lines)), (0, [("ack", "OK")]))


def _leased(sluice):
    try:
        return facts(sluice)["leased"]
    except Exception:  # the group is not there yet
        return 0


@check
def what_is_not_finished_in_the_grace_is_handed_back_and_is_no_failure(sluice):
    sluice.redis().xadd("orders", {"n": 1})
    process = start(sluice, "orders", "--group", "g", "--create", "--grace", "200ms", "--", "sh",
                    "-c", "sleep 100; true")
    until(lambda: _leased(sluice) == 1, "a lease")
    process.send_signal(signal.SIGINT)
    code, lines, _ = ended(process)
    equal((code, settles(lines)), (0, [("release", "OK")]))
    _, lines, _ = consume(sluice, "orders", "--group", "g", "--once", "--", "sh", "-c",
                          'test "$SLUICE_FAILURES:$SLUICE_DELIVERIES" = 0:1')
    equal(settles(lines), [("ack", "OK")])


@check
def an_idle_consumer_stops_at_once(sluice):
    process = start(sluice, "orders", "--group", "g", "--create", "--", "true")
    until(lambda: sluice.redis().exists("orders"), "the group")
    time.sleep(0.2)
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    equal(ended(process)[0], 0)
    equal(time.monotonic() - begin < 3, True)


@check
def a_lease_that_is_lost_ends_the_command_and_is_said(sluice):
    redis = sluice.redis()
    redis.xadd("orders", {"n": 1})
    process = start(sluice, "orders", "--group", "g", "--create", "--lease", "600ms", "--once",
                    "--", "sh", "-c", "sleep 100; true")
    until(lambda: _leased(sluice) == 1, "a lease")
    entry = redis.xrange("orders")[0][0]
    redis.xack("orders", "g", entry)
    code, lines, errors = ended(process)
    equal((code, settles(lines)), (0, [(None, "STALE")]))
    equal("its lease is over" in errors, True)


@check
def a_server_that_goes_away_is_tried_again_and_told_later(sluice):
    sluice.redis().xadd("orders", {"n": 1})
    process = start(sluice, "orders", "--group", "g", "--create", "--drain", "--", "sh", "-c",
                    "sleep 2")
    until(lambda: _leased(sluice) == 1, "a lease")
    sluice.terminate()
    sluice.arguments = ["--resp", "127.0.0.1:%d" % sluice.resp_port]
    sluice.start()
    code, lines, errors = ended(process, 40)
    equal(code, 0)
    equal(lines[-1]["settle"], "ack")
    equal("trying again" in errors and "is there again" in errors, True)


@check
def a_server_that_hangs_is_not_there_again_and_does_not_hold_up_the_end(sluice):
    """Each connection that the kernel made was told as "there again", for ever."""
    process = subprocess.Popen([binary(), "consume", "orders", "--server", sluice.resp, "--group",
                                "g", "--create", "--grace", "2s", "--", "true"],
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env=clean_environment())
    until(lambda: sluice.redis().exists("orders") and
          sluice.redis().xinfo_consumers("orders", "g"), "a consumer")
    try:
        os.kill(sluice.pid, signal.SIGSTOP)
        said = b""
        while b"trying again" not in said:
            said += os.read(process.stderr.fileno(), 4096)
        time.sleep(1.5)  # long enough to connect again
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        said += process.communicate(timeout=SECONDS)[1]
        equal(process.returncode, 0)
        equal(time.monotonic() - began < 5, True)
        equal(said.count(b"trying again"), 1)
        equal(b"there again" in said, False)
    finally:
        os.kill(sluice.pid, signal.SIGCONT)


@check
def what_cannot_work_is_refused_before_anything_is_leased(sluice):
    server = ("--server", sluice.resp)
    for code, part, arguments in (
            (64, "no command", ["consume", "orders", "--group", "g", *server]),
            (64, "there is no program", ["consume", "orders", "--group", "g", *server, "--",
                                         "/no/such/program"]),
            (64, "exclude", ["consume", "orders", "--group", "g", "--once", "--drain", *server,
                             "--", "true"]),
            (64, "--lease", ["consume", "orders", "--group", "g", "--lease", "soon", *server,
                             "--", "true"]),
            (1, "--create", ["consume", "orders", "--group", "g", *server, "--", "true"]),
            (69, "is the server running", ["consume", "orders", "--group", "g", "--server",
                                           "127.0.0.1:1", "--", "true"])):
        seen = run(*arguments)
        equal((arguments, seen[0], part in seen[2]), (arguments, code, True))


# --- a pool -----------------------------------------------------------------------------------

POOL = r"""
import json, os, sys
for line in sys.stdin:
    event = json.loads(line)
    n = event["fields"]["n"]
    answer = {"id": event["id"]}
    if n == "retry" and event["failures"] == 0:
        answer.update(retry="30ms", error="busy")
    elif n == "dead":
        answer.update(dead="bad_shape", error="no n")
    elif n == "crash" and event["failures"] == 0:
        os.abort()
    elif n == "wrong" and event["failures"] == 0:
        answer.update(id="1-1", ok=True)
    else:
        answer.update(ok=True, process=os.getpid())
    print(json.dumps(answer), flush=True)
"""


@check
def a_pool_answers_line_by_line(sluice):
    with_group(sluice, "RETRY", "20ms,20ms")
    redis = sluice.redis(decode_responses=True)
    for n in ("1", "retry", "2", "dead", "3"):
        redis.xadd("orders", {"n": n})
    code, lines, errors = consume(sluice, "orders", "--group", "g", "--pool", "--drain", "--",
                                  sys.executable, "-c", POOL)
    equal((code, errors), (0, ""))
    equal(sorted(settles(lines)), sorted([("ack", "OK")] * 4 + [("retry", "PARKED"),
                                                               ("dead", "DEAD")]))
    dead = [line for line in lines if line["settle"] == "dead"][0]
    equal((dead["reason"], dead["error"]), ("bad_shape", "no n"))


@check
def a_child_of_a_pool_that_crashes_or_lies_is_replaced(sluice):
    with_group(sluice, "RETRY", "20ms,20ms")
    redis = sluice.redis(decode_responses=True)
    for n in ("crash", "wrong", "1"):
        redis.xadd("orders", {"n": n})
    code, lines, _ = consume(sluice, "orders", "--group", "g", "--pool", "--concurrency", "2",
                             "--drain", "--", sys.executable, "-c", POOL)
    equal(code, 0)
    equal(settles(lines).count(("ack", "OK")), 3)
    errors = sorted(line["error"] for line in lines if "error" in line)
    equal(errors, ["answered for another event", "killed by SIGABRT"])


@check
def a_pool_that_is_asked_to_stop_answers_what_it_has(sluice):
    sluice.redis().xadd("orders", {"n": 1})
    slow = POOL.replace("    n = event", "    import time; time.sleep(1)\n    n = event")
    process = start(sluice, "orders", "--group", "g", "--create", "--pool", "--concurrency", "3",
                    "--", sys.executable, "-c", slow)
    until(lambda: _leased(sluice) == 1, "a lease")
    process.send_signal(signal.SIGTERM)
    code, lines, errors = ended(process)
    equal((code, settles(lines), errors), (0, [("ack", "OK")], ""))


run_all()
