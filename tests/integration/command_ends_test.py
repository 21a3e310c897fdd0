"""How commands end: what they refuse, what they could not write, and the exit code of each.

Prints "N passed, N failed".
"""

import re
import signal
import subprocess

from checks import check, equal, run_all
from sluice_process import binary, clean_environment, run


def sluice_run(sluice, *arguments, stdin=b"", env=None, timeout=60):
    """One command against this server; answers (exit code, stdout, stderr)."""
    return run(*arguments, "--server", sluice.resp, stdin=stdin, env=env, timeout=timeout)


def refused(code, pattern, result):
    """The command ended with this code and one sentence that matches."""
    equal((result[0], len(result[2].splitlines())), (code, 1))
    if not re.search(pattern, result[2]):
        raise AssertionError("%r is not in %r" % (pattern, result[2]))


def into_a_full_disk(sluice, *arguments, stdin=b""):
    """As sluice_run, with a standard output that takes nothing."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([binary(), *arguments, "--server", sluice.resp], input=stdin,
                              stdout=full, stderr=subprocess.PIPE, timeout=60,
                              env=clean_environment())
    return done.returncode, "", done.stderr.decode()


def into_a_closed_pipe(sluice, *arguments):
    """As sluice_run, with a reader that has gone away."""
    process = subprocess.Popen([binary(), *arguments, "--server", sluice.resp],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL, env=clean_environment())
    process.stdout.close()
    errors = process.stderr.read().decode()
    return process.wait(60), errors


def fill(sluice, stream, count):
    for n in range(count):
        sluice.redis().xadd(stream, {"n": n})


@check
def what_tail_does_not_show_stays_in_the_group(sluice):
    """`--group` with `--type` acknowledged every event, and showed those of the type only."""
    fill(sluice, "tasks", 3)
    redis = sluice.redis(decode_responses=True)
    redis.xgroup_create("tasks", "g", "0")
    refused(64, "--type does not go with --group",
            sluice_run(sluice, "tail", "tasks", "--group", "g", "--type", "task.*"))
    equal(redis.xinfo_groups("tasks")[0]["last-delivered-id"], "0-0")


@check
def what_could_not_be_written_is_not_acknowledged(sluice):
    """`tail --group g >full-disk` ended with 0, and the group was empty."""
    fill(sluice, "tg", 3)
    redis = sluice.redis(decode_responses=True)
    redis.xgroup_create("tg", "g", "0")
    refused(70, "standard output: No space left.*pending with consumer me",
            into_a_full_disk(sluice, "tail", "tg", "--group", "g", "--consumer", "me", "--json"))
    equal(redis.xpending("tg", "g")["pending"], 3)
    redis.xgroup_create("tg", "h", "0")
    equal(into_a_closed_pipe(sluice, "tail", "tg", "--group", "h"), (-signal.SIGPIPE, ""))
    equal(redis.xpending("tg", "h")["pending"], 3)


@check
def output_that_cannot_be_written_is_an_error_of_every_command(sluice):
    fill(sluice, "s", 3)
    sluice.redis().execute_command("SLUICE.GROUP", "CREATE", "s", "g", "START", "beginning")
    for arguments in (["tail", "s"], ["tail", "s", "--from", "beginning", "--json"], ["streams"],
                      ["streams", "--json"], ["groups", "s"], ["group", "show", "s", "g"],
                      ["dead", "list", "s"], ["doctor"],
                      ["consume", "s", "--group", "g", "--drain", "--json", "--", "true"]):
        refused(70, "cannot write to standard output: No space left on device",
                into_a_full_disk(sluice, *arguments))
        if arguments[0] != "consume":
            equal(into_a_closed_pipe(sluice, *arguments), (-signal.SIGPIPE, ""))
    refused(70, "No space left on device; 1 of 1 entries are published",
            into_a_full_disk(sluice, "publish", "s", "a=b"))
    refused(70, "No space left", into_a_full_disk(sluice, "publish", "s", "--json", "--live",
                                                  stdin=b'{"a":1}\n{"a":2}\n'))
    equal(sluice.redis().xlen("s"), 5)  # the second line was not published any more
    equal(run("--help")[0], 0)


@check
def a_consumer_whose_reader_goes_away_stops_and_hands_back(sluice):
    fill(sluice, "s", 200)
    sluice.redis().execute_command("SLUICE.GROUP", "CREATE", "s", "g", "START", "beginning")
    ended = into_a_closed_pipe(sluice, "consume", "s", "--group", "g", "--json", "--", "true")
    equal(ended, (-signal.SIGPIPE, ""))
    facts = sluice.redis().execute_command("SLUICE.GROUP", "SHOW", "s", "g")
    facts = dict(zip(facts[::2], facts[1::2]))
    equal((facts[b"leased"], facts[b"lag"] > 100), (0, True))


if __name__ == "__main__":
    run_all()
