"""How commands end: what they refuse, what they could not write, and the exit code of each.

Prints "N passed, N failed".
"""

import os
import re
import signal
import subprocess
import tempfile

from checks import check, equal, run_all
from sluice_process import SluiceProcess, binary, clean_environment, run


def sluice_run(sluice, *arguments, stdin=b"", env=None, timeout=60):
    """One command against this server; answers (exit code, stdout, stderr)."""
    return run(*arguments, "--server", sluice.resp, stdin=stdin, env=env, timeout=timeout)


def refused(code, pattern, result):
    """The command ended with this code and one sentence that matches."""
    equal((result[0], len(result[2].splitlines())), (code, 1))
    if not re.search(pattern, result[2]):
        raise AssertionError("%r is not in %r" % (pattern, result[2]))


def at(sluice, *arguments):
    """The words of a command for this server."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [binary(), *arguments[:end], "--server", sluice.resp, *arguments[end:]]


def into_a_full_disk(sluice, *arguments, stdin=b""):
    """As sluice_run, with a standard output that takes nothing."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(at(sluice, *arguments), input=stdin, stdout=full,
                              stderr=subprocess.PIPE, timeout=60, env=clean_environment())
    return done.returncode, "", done.stderr.decode()


def into_a_closed_pipe(sluice, *arguments):
    """As sluice_run, with a reader that has gone away."""
    process = subprocess.Popen(at(sluice, *arguments), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                               env=clean_environment())
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


@check
def a_stream_at_its_limit_is_75_and_says_when(sluice):
    """It was 1, as every refusal, so that no script could tell what will pass."""
    equal(sluice_run(sluice, "publish", "s", "a=b")[0], 0)
    equal(sluice_run(sluice, "group", "create", "s", "g", "--start", "beginning")[0], 0)
    equal(sluice_run(sluice, "stream", "set", "s", "--hard-length", "2")[0], 0)
    equal(sluice_run(sluice, "publish", "s", "a=b")[0], 0)
    full = sluice_run(sluice, "publish", "s", "a=b")
    refused(75, r"BUSY retry after \d+ ms: stream 's'", full)
    refused(75, "BUSY retry after", sluice_run(sluice, "publish", "s", "--json", "--live",
                                               stdin=b'{"a":1}\n'))
    refused(1, "WRONGTYPE", sluice_run(sluice, "publish", "text", "a=b")
            if sluice.redis().set("text", "x") else None)


@check
def too_many_clients_are_75(_):
    with SluiceProcess(env={"SLUICE_CLIENTS_MAX": "1"}) as full:
        with full.connect():
            refused(75, "max number of clients", sluice_run(full, "streams"))


@check
def values_that_cannot_be_are_64_before_anybody_is_asked(_):
    """Each of these was 1, some after the server had been asked, and one was done."""
    nobody = ["--server", "127.0.0.1:1"]
    due = ["--tenant", "t", "--event-type", "x.y", "--agent", "a"]
    for arguments, pattern in (
            (["dead", "list", "s", "--since", "yesterday"], "'yesterday' is neither a duration"),
            (["dead", "list", "s", "-n", "-1"], "'-1' is not a whole number from 1"),
            (["dead", "list", "s", "-n", "0"], "'0' is not a whole number from 1"),
            (["dead", "show", "s", "abc"], "'abc' is not an id such as"),
            (["dead", "replay", "s", "abc"], "'abc' is not an id such as"),
            (["dead", "purge", "s", "abc", "--reason", "x", "--yes"], "'abc' is not an id"),
            (["tail", "s", "-n", "-3"], "'-3' is not a whole number from 0"),
            (["tail", "s", "--count", "-1"], "'-1' is not a whole number from 0"),
            (["tail", "s", "--from", "foo"], "'foo' is neither beginning, nor end, nor an id"),
            (["publish", "s", "--maxlen", "-1", "a=b"], "'-1' is not a whole number"),
            (["publish", "s", "--id", "x", "a=b"], r"'x' is neither \* nor an id"),
            (["publish", "", "a=b"], "a name is needed"),
            (["groups", "s", "--create", "g", "--from", "foo"], "'foo' is neither beginning"),
            (["group", "create", "s", "g", "--start", "foo"], "'foo' is neither beginning"),
            (["group", "create", "s", ""], "a name is needed"),
            (["group", "set", "s", "g", "--inflight", "x"], "whole number from 0 to 10000000"),
            (["group", "set", "s", "g", "--lease", "1000h"], "from 10ms to 1d"),
            (["stream", "set", "s", "--max-length", "10", "--hard-length", "5"],
             "--hard-length must not be smaller"),
            (["stream", "set", "s", "--max-bytes", "1MiB", "--hard-bytes", "5"],
             "--hard-bytes must not be smaller"),
            (["stream", "set", "s", "--max-length", "x"], "'x' is not a whole number from 0"),
            (["stream", "set", "s", "--warn", "101"], "whole number from 1 to 100"),
            (["schedule", "set", "n", "s", *due, "--cron", "99 * * * *"], "99"),
            (["schedule", "set", "n", "s", *due, "--every", "0s"], "from 1s to 366d"),
            (["schedule", "set", "n", "s", *due, "--cron", "* * * * *", "--zone", "Mars/X"],
             "IANA"),
            (["schedule", "set", "n", "s", *due, "--every", "1h", "--zone", "UTC"], "--cron"),
            (["consume", "s", "--group", "g", "--lease", "1000h", "--", "true"],
             "from 10ms to 1d"),
            (["consume", "s", "--group", "g", "-j", "0", "--", "true"], "from 1 to 256"),
    ):
        end = arguments.index("--") if "--" in arguments else len(arguments)
        refused(64, pattern, run(*arguments[:end], *nobody, *arguments[end:]))


@check
def values_that_can_be_pass(sluice):
    done = sluice_run(sluice, "publish", "s", "--id", "5-*", "a=b")
    equal((done[0], done[1]), (0, "5-0\n"))
    equal(sluice_run(sluice, "publish", "s", "--id", "7", "a=b")[0], 0)
    equal(sluice_run(sluice, "tail", "s", "-n", "0")[0], 0)
    equal(sluice_run(sluice, "tail", "s", "--from", "5")[1].count("\n"), 2)
    equal(sluice_run(sluice, "dead", "list", "s", "--since", "2h", "-n", "1")[0], 0)
    equal(sluice_run(sluice, "stream", "set", "s", "--max-length", "10", "--hard-length", "0")[0],
          0)
    equal(sluice_run(sluice, "schedule", "set", "n", "s", "--event-type", "x.y", "--agent", "a",
                     "--cron", "@daily", "--zone", "Europe/Zurich")[2], "")


@check
def a_folder_is_not_a_file(sluice):
    """Reading one ended the process with an exception, or was taken for no password."""
    refused(65, "Is a directory", sluice_run(sluice, "publish", "s", "--data", "/tmp"))
    refused(65, "No such file", sluice_run(sluice, "publish", "s", "--data", "/no/such"))
    refused(65, "Is a directory", sluice_run(sluice, "demo", "--webhooks", "/tmp"))
    refused(64, "Is a directory", sluice_run(sluice, "streams", "--password-file", "/tmp"))
    refused(64, "there is no password in /dev/null",
            sluice_run(sluice, "streams", "--password-file", "/dev/null"))
    folder = os.open("/tmp", os.O_RDONLY)
    done = subprocess.run([binary(), "publish", "s", "--json", "--server", sluice.resp],
                          stdin=folder, stderr=subprocess.PIPE, env=clean_environment())
    os.close(folder)
    refused(65, "read standard input: Is a directory", (done.returncode, "", done.stderr.decode()))
    equal(sluice.redis().exists("s"), 0)


@check
def check_and_dump_touch_no_folder_that_is_not_theirs(sluice):
    """They made the folder that they should look at, and a file LOCK in those of others."""
    with tempfile.TemporaryDirectory() as folder:
        for command in ("check", "dump"):
            missing = os.path.join(folder, "missing")
            refused(70, "there is no data folder " + missing, run(command, missing))
            refused(70, "there is no file FORMAT in it", run(command, folder))
            equal(os.listdir(folder), [])
            open(os.path.join(folder, "file"), "wb").close()
            refused(70, "there is no data folder", run(command, os.path.join(folder, "file")))
            os.remove(os.path.join(folder, "file"))
    refused(73, "in use by process", run("check", sluice.data))
    sluice.terminate()
    equal(run("check", sluice.data)[0], 0)
    equal(run("dump", sluice.data)[0], 0)


@check
def why_does_not_call_done_what_was_never_there(sluice):
    redis = sluice.redis(decode_responses=True)
    first, last = redis.xadd("s", {"n": 1}), redis.xadd("s", {"n": 2})
    redis.xgroup_create("s", "g", "0")
    redis.xreadgroup("g", "c", {"s": ">"})
    redis.xack("s", "g", first, last)
    done = sluice_run(sluice, "why", "s", "g", first)
    equal((done[0], done[1]), (0, "%s of g is done.\n" % first))
    gone = "is not in the stream: settled and trimmed, or never there.\n"
    for unknown in ("5-5", first.split("-")[0] + "-777"):
        if unknown > last:
            continue
        why = sluice_run(sluice, "why", "s", "g", unknown)
        equal((why[0], why[1].endswith(gone)), (1, True))
    redis.xdel("s", first)
    equal(sluice_run(sluice, "why", "s", "g", first)[1], "%s of g %s" % (first, gone))
    ahead = sluice_run(sluice, "why", "s", "g", "99999999999999-0")
    equal((ahead[0], "is not in the stream" in ahead[1]), (1, True))
    json_line = sluice_run(sluice, "why", "s", "g", "5-5", "--json")
    equal((json_line[0], "never there" in json_line[1]), (1, True))


@check
def a_configuration_that_would_not_do_what_it_says_is_78(_):
    for arguments, env, pattern in (
            (["--tls-cert", "/nope"], {}, "nothing is encrypted"),
            (["--password", ""], {}, "password is empty"),
            ([], {"SLUICE_PASSWORD": ""}, "password is empty"),
            ([], {"SLUICE_PASSWORD_FILE": "/tmp"}, "Is a directory"),
            ([], {"SLUICE_CONFIG": "/tmp"}, "Is a directory")):
        refused(78, pattern, run("serve", *arguments, env=env))
    with SluiceProcess(env={"SLUICE_SERVER": "127.0.0.1:1"}) as sluice:
        equal("unknown key" in sluice.log(), False)


def stop_on_a_full_disk():
    """Answers (exit code, log, entries that were acknowledged, entries after a restart)."""
    limits = {"SLUICE_SEGMENT_BYTES": "1MiB", "SLUICE_RESERVE_BYTES": "1MiB",
              "SLUICE_DURABILITY": "memory", "SLUICE_FLUSH_INTERVAL": "5s"}
    with SluiceProcess(env=limits) as sluice:
        # From now on no journal file can be made; the one that is there takes what it can.
        subprocess.run(["prlimit", "--pid", str(sluice.pid), "--fsize=1048575"], check=True)
        pipeline = sluice.redis().pipeline(transaction=False)
        for _ in range(60):
            pipeline.xadd("s", {"n": "x" * 200_000})
        answers = pipeline.execute(raise_on_error=False)
        code, log = sluice.terminate(), sluice.log()
        sluice.start()
        stored = sluice.redis().xlen("s")
        return code, log, sum(isinstance(answer, bytes) for answer in answers), stored


@check
def a_server_that_could_not_write_all_does_not_say_that_it_did(_):
    """On a full disk it said "everything is on the disk", and ended with 0."""
    for _ in range(4):
        code, log, acknowledged, stored = stop_on_a_full_disk()
        is_all = "stopped; everything is on the disk" in log
        is_not_all = "not everything is on the disk" in log
        equal((is_all, is_not_all), (code == 0, code == 70))
        if is_all:
            equal(stored, acknowledged)


if __name__ == "__main__":
    run_all()
