"""`sluice dead`, `sluice group` and `sluice why` against a real server.

Prints "N passed, N failed".
"""

import json
import os
import pty
import subprocess
import time

from checks import check, equal, run_all
from sluice_process import binary, clean_environment, run


def sluice_run(sluice, *arguments, stdin=b""):
    return run(*arguments, "--server", sluice.resp, stdin=stdin)


def done(sluice, *arguments, stdin=b""):
    code, output, errors = sluice_run(sluice, *arguments, stdin=stdin)
    if code != 0:
        raise AssertionError("%r ended with %d: %s" % (arguments, code, errors))
    return output


def lines_of(output):
    return [json.loads(line) for line in output.splitlines()]


def listed(sluice, *filters):
    return lines_of(done(sluice, "dead", "list", "orders", "--json", *filters))


def consume(sluice, script, *flags):
    code, output, errors = run("consume", "orders", "--group", "billing", "--json", "--drain",
                               "--server", sluice.resp, *flags, "--", "sh", "-c", script)
    equal(code, 0)
    return lines_of(output)


def with_dead_letters(sluice, count, retry="none"):
    """A group, and so many events that it gave up; answers their dead letters."""
    redis = sluice.redis(decode_responses=True)
    done(sluice, "group", "create", "orders", "billing", "--retry", retry)
    for n in range(count):
        redis.xadd("orders", {"n": n, "event_type": "order.paid" if n % 2 else "order.made"})
    consume(sluice, 'echo "no $SLUICE_TYPE host" >&2; exit 1', "--consumer", "ada")
    return listed(sluice)


# --- look -------------------------------------------------------------------------------------


@check
def list_takes_the_filters(sluice):
    letters = with_dead_letters(sluice, 4)
    equal([(each["group"], each["reason"], each["runs"]) for each in letters],
          [("billing", "retries_exhausted", 1)] * 4)
    equal(letters[0]["error"], "exit code 1: no order.made host")
    paid = [each["id"] for each in letters[1::2]]
    equal([each["id"] for each in listed(sluice, "--type", "order.paid")], paid)
    equal([each["id"] for each in listed(sluice, "--text", "PAID HOST")], paid)
    equal(len(listed(sluice, "--since", "1h")), 4)
    equal(len(listed(sluice, "--until", "1h")), 0)
    equal(len(listed(sluice, "--since", "2020-01-01T00:00:00Z", "--group", "billing")), 4)
    equal(len(listed(sluice, "--group", "other")), 0)
    equal(len(listed(sluice, "--reason", "permanent")), 0)
    equal(len(listed(sluice, "-n", "3")), 3)
    equal("No dead letters." in done(sluice, "dead", "list", "orders", "--group", "other"), True)
    equal("RUNS" in done(sluice, "dead", "list", "orders"), True)
    equal(sluice_run(sluice, "dead", "list", "orders", "--since", "soon")[0], 64)


@check
def summary_counts_by_the_shape_of_the_error(sluice):
    with_dead_letters(sluice, 3)
    rows = lines_of(done(sluice, "dead", "summary", "orders", "--json"))
    equal([row["count"] for row in rows], [2, 1])
    equal(rows[0]["pattern"], "exit code <n>: no order.made host")
    one = listed(sluice, "--signature", rows[1]["signature"])
    equal([each["id"] for each in one], [rows[1]["first_id"]])


@check
def show_tells_what_differed_between_attempts(sluice):
    done(sluice, "group", "create", "orders", "billing", "--retry", "20ms")
    sluice.redis().xadd("orders", {"n": 1})
    consume(sluice, 'echo "attempt of $SLUICE_FAILURES: $(test $SLUICE_FAILURES = 0 && echo dns || '
            'echo tcp)" >&2; exit 1')
    letter = listed(sluice)[0]["id"]
    shown = json.loads(done(sluice, "dead", "show", "orders", letter, "--json"))
    equal([each["number"] for each in shown["attempts"]], [1, 2])
    equal([part.split(": ")[-1] for part in shown["attempts"][1]["difference"]["error"]],
          ["dns", "tcp"])
    equal(shown["fields"], {"n": "1"})
    text = done(sluice, "dead", "show", "orders", letter)
    equal("attempts\n" in text and "dns -> " in text, True)
    code, _, errors = sluice_run(sluice, "dead", "show", "orders", "1-1")
    equal((code, "there is no dead letter 1-1" in errors), (1, True))


# --- change -----------------------------------------------------------------------------------


@check
def an_edited_dead_letter_takes_the_place_of_the_old_one(sluice):
    old = with_dead_letters(sluice, 1)[0]["id"]
    new = done(sluice, "dead", "edit", "orders", old, "n=7", "note=mended").strip()
    equal([each["id"] for each in listed(sluice)], [new])
    fields = json.loads(done(sluice, "dead", "show", "orders", new, "--json"))["fields"]
    equal((fields["n"], fields["note"]), ("7", "mended"))
    equal(sluice_run(sluice, "dead", "edit", "orders", new, "_dlq_group=x")[0], 1)
    equal(sluice_run(sluice, "dead", "edit", "orders", new, "nothing")[0], 64)


@check
def replay_goes_to_the_group_that_failed(sluice):
    letters = with_dead_letters(sluice, 3)
    dry = lines_of(done(sluice, "dead", "replay", "orders", "--all", "--dry-run", "--json"))
    equal([(each["dead_letter"], each["id"]) for each in dry],
          [(each["id"], None) for each in letters])
    equal(len(listed(sluice)), 3)
    done(sluice, "dead", "replay", "orders", letters[0]["id"])
    done(sluice, "dead", "replay", "orders", "--type", "order.paid")
    equal([each["id"] for each in listed(sluice)], [letters[2]["id"]])
    settled = consume(sluice, 'test "$SLUICE_REPLAY_COUNT" = 1')
    equal([each["settle"] for each in settled], ["ack", "ack"])


@check
def replay_at_a_rate_takes_its_time(sluice):
    with_dead_letters(sluice, 5)
    begin = time.monotonic()
    done(sluice, "dead", "replay", "orders", "--all", "--rate", "10/s")
    equal(time.monotonic() - begin >= 0.4, True)
    equal(listed(sluice), [])


def beside(sluice, script):
    return subprocess.Popen([binary(), "consume", "orders", "--group", "billing", "--server",
                             sluice.resp, "--concurrency", "4", "--", "sh", "-c", script],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, env=clean_environment())


@check
def replay_stops_itself_when_they_fail_again(sluice):
    with_dead_letters(sluice, 60)
    process = beside(sluice, "exit 1")
    try:
        code, output, errors = sluice_run(sluice, "dead", "replay", "orders", "--all",
                                          "--max-failure-rate", "20%")
    finally:
        process.terminate()
        process.wait(20)
    equal((code, "stopped: " in errors, "failed again" in errors), (1, True, True))
    equal(len(output.splitlines()) < 40, True)
    replayed = [each for each in listed(sluice) if each["replays"] > 0]
    equal(0 < len(replayed) < 40, True)


@check
def replay_goes_on_while_they_succeed(sluice):
    with_dead_letters(sluice, 45)
    process = beside(sluice, "exit 0")
    try:
        output = done(sluice, "dead", "replay", "orders", "--all", "--max-failure-rate", "20%")
    finally:
        process.terminate()
        process.wait(20)
    equal(len(output.splitlines()), 45)
    equal(listed(sluice), [])


@check
def purge_wants_a_reason_and_a_yes(sluice):
    letters = with_dead_letters(sluice, 4)
    purge = ("dead", "purge", "orders")
    for code, words in ((64, purge), (64, (*purge, "--all")),
                        (64, (*purge, "--all", letters[0]["id"], "--reason", "x", "--yes")),
                        (1, (*purge, "--all", "--reason", "a test"))):
        equal((words, sluice_run(sluice, *words)[0]), (words, code))
    equal(len(listed(sluice)), 4)
    equal(done(sluice, *purge, "--type", "order.paid", "--reason", "a test", "--yes"), "2\n")
    equal(done(sluice, *purge, letters[0]["id"], "--reason", "a test", "--yes"), "1\n")
    equal([each["id"] for each in listed(sluice)], [letters[2]["id"]])
    equal("a test" in sluice.log(), True)


@check
def a_person_is_asked_before_a_purge(sluice):
    with_dead_letters(sluice, 2)
    for answers, left in ((b"tests\nn\n", 2), (b"tests\ny\n", 0)):
        process, terminal = pty.fork()
        if process == 0:
            os.execve(binary(), ["sluice", "dead", "purge", "orders", "--all", "--server",
                                 sluice.resp], clean_environment({"TERM": "xterm"}))
        os.write(terminal, answers)
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:  # the terminal ends with its process
            pass
        os.waitpid(process, 0)
        os.close(terminal)
        equal(len(listed(sluice)), left)


# --- group, why -------------------------------------------------------------------------------


@check
def a_group_is_made_set_and_shown(sluice):
    done(sluice, "group", "create", "orders", "billing", "--start", "end", "--lease", "2m")
    done(sluice, "group", "set", "orders", "billing", "--retry", "fixed delay=30s retries=5",
         "--inflight", "7")
    facts = json.loads(done(sluice, "group", "show", "orders", "billing", "--json"))
    equal((facts["lease"], facts["inflight"], facts["lag"]), (120000, 7, 0))
    equal(facts["retry"], "30s retries=5")
    equal("no limit" in done(sluice, "group", "show", "orders", "billing"), True)
    for code, words in ((1, ("create", "orders", "billing")), (64, ("set", "orders", "billing")),
                        (64, ("set", "orders", "billing", "--retry", "sometimes")),
                        (1, ("show", "orders", "nobody")), (64, ()), (64, ("shwo", "orders"))):
        equal((words, sluice_run(sluice, "group", *words)[0] if words else run("group")[0]),
              (words, code))


@check
def why_is_one_sentence_in_every_state(sluice):
    redis = sluice.redis(decode_responses=True)
    done(sluice, "group", "create", "orders", "billing", "--retry", "1h")

    def why(entry):
        text = done(sluice, "why", "orders", "billing", entry)
        equal(text.count("\n"), 1)
        return text

    first = redis.xadd("orders", {"partition_key": "k", "event_id": "e-1"})
    second = redis.xadd("orders", {"partition_key": "k"})
    equal("no live consumer" in why(first), True)
    lease = redis.execute_command("SLUICE.LEASE", "GROUP", "billing", "ada", "COUNT", 5, "STREAMS",
                                  "orders")
    equal([each[1] for each in lease], [first])
    equal("leased by ada for another" in why("e-1"), True)
    equal("behind " + first in why(second), True)
    redis.execute_command("SLUICE.FAIL", "orders", "billing", first, lease[0][2], "ERROR", "dns")
    equal("parked until" in why(first) and "the last one: dns" in why(first), True)
    code, _, errors = sluice_run(sluice, "why", "orders", "billing", "e-2")
    equal((code, "no event e-2" in errors), (1, True))
    facts = json.loads(done(sluice, "why", "orders", "billing", first, "--json"))
    equal((facts["state"], facts["failures"]), ("parked", 1))


if __name__ == "__main__":
    run_all()
