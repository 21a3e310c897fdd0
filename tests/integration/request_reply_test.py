"""Requests and replies over streams, with redis-py and msgpack as the other side.

The programs of examples/ are one side, docs/protocol/request_reply.md in Python the other, on a
real server. Prints "N passed, N failed".
"""

import json
import os
import signal
import subprocess
import time
import uuid

import msgpack

from checks import check, equal, run_all
from sluice_process import binary, run

TOOLS, GROUP, REPLIES = "sg:stream:tools", "sg:tools", "sg:tools:reply:"
IMAGE = bytes(range(256)) * 300


def pack(message):
    return {"data": msgpack.packb(message, use_bin_type=True), "ts": str(time.time()),
            "trace_id": ""}


def unpack(fields):
    return msgpack.unpackb(fields[b"data"])


class Asker:
    """A requester in Python."""

    def __init__(self, sluice, worker="py"):
        self.client, self.stream, self.last = sluice.redis(), REPLIES + worker, "0"

    def ask(self, operation, body=None, seconds=20.0, **members):
        correlation = str(uuid.uuid4())
        self.client.xadd(TOOLS, pack({
            "kind": "request", "correlation_id": correlation, "reply_to": self.stream,
            "operation": operation, "deadline": time.time() + seconds, "body": body, **members}))
        return correlation

    def cancel(self, correlation, seconds=20.0):
        self.client.xadd(TOOLS + ":cancel", pack({
            "kind": "cancel", "correlation_id": correlation, "deadline": time.time() + seconds}))

    def next(self, seconds=20):
        got = self.client.xread({self.stream: self.last}, count=1, block=int(seconds * 1000))
        if not got:
            raise AssertionError("no reply came")
        self.last, fields = got[0][1][0]
        self.client.xdel(self.stream, self.last)
        return unpack(fields)

    def final(self):
        while True:
            reply = self.next()
            if reply["kind"] != "progress":
                return reply


class Program:
    """One of the examples, running."""

    def __init__(self, sluice, *arguments):
        self.process = subprocess.Popen(
            [os.path.join(os.environ["SLUICE_EXAMPLES"], arguments[0]), *arguments[1:]],
            stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()


def answering(sluice):
    program = Program(sluice, "answer", "redis://" + sluice.resp)
    equal(program.process.stdout.readline(), "answering\n")
    return program


def asking(sluice, operation, text, seconds):
    return Program(sluice, "ask", operation, text, "redis://" + sluice.resp, str(seconds))


class Answerer:
    """A responder in Python, one request at a time."""

    def __init__(self, sluice):
        self.client = sluice.redis()
        self.client.xgroup_create(TOOLS, GROUP, "0", mkstream=True)

    def take(self):
        got = self.client.xreadgroup(GROUP, "py-tool", {TOOLS: ">"}, count=1, block=20000)
        self.entry, fields = got[0][1][0]
        self.request = unpack(fields)
        return self.request

    def reply(self, kind, **members):
        self.client.xadd(self.request["reply_to"], pack({
            "kind": kind, "correlation_id": self.request["correlation_id"], **members}))

    def ack(self):
        self.client.xack(TOOLS, GROUP, self.entry)


@check
def python_asks_and_the_library_answers(sluice):
    asker = Asker(sluice)
    with answering(sluice):
        correlation = asker.ask("shout", "tea")
        reply = asker.next()
        equal((reply["kind"], reply["body"], reply["correlation_id"], reply["attempt"]),
              ("result", "TEA", correlation, 1))
        body = {"image": IMAGE, "nested": [{"deep": [1, -1, 2.5, None]}], "text": "\u00e4"}
        asker.ask("echo", body)
        equal(asker.next()["body"], body)
    equal(asker.client.xlen(asker.stream), 0)
    equal(asker.client.xpending(TOOLS, GROUP)["pending"], 0)


@check
def errors_say_what_and_why(sluice):
    asker = Asker(sluice)
    with answering(sluice):
        for operation, body, code, message in (
                ("dance", "x", "unknown", "shout, echo or count"),
                ("shout", 7, "failed", "the body is no text")):
            asker.ask(operation, body)
            reply = asker.next()
            equal((reply["kind"], reply["code"], reply["message"]), ("error", code, message))
        asker.ask(7)
        reply = asker.next()
        equal((reply["kind"], reply["code"], reply["message"]),
              ("error", "invalid", "operation: must be a string"))
        asker.client.xadd(TOOLS, {"data": b"\xc1"})
        deadline = time.monotonic() + 20
        while asker.client.xlen(TOOLS + ":dlq") == 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        letter = asker.client.xrange(TOOLS + ":dlq")[0][1]
        equal(b"MSGPACK-SYNTAX" in letter[b"_dlq_error"], True)


def letters_of(client, count):
    """The errors of the dead requests, when there are so many."""
    deadline = time.monotonic() + 20
    while client.xlen(TOOLS + ":dlq") < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return [fields[b"_dlq_error"].decode() for _, fields in client.xrange(TOOLS + ":dlq")]


@check
def a_request_makes_nobody_write_where_it_likes(sluice):
    asker = Asker(sluice)
    sentence = "reply_to: must begin with sg:tools:reply:"
    asker.ask("echo", reply_to="orders")
    with answering(sluice):
        equal(letters_of(asker.client, 1), [sentence])
    asker.ask("echo", reply_to=REPLIES)
    asker.ask(7, reply_to="orders")
    equal(respond(sluice, "cat")[0], 0)
    equal(letters_of(asker.client, 3), [sentence, sentence, "operation: must be a string"])
    equal(asker.client.exists("orders", REPLIES), 0)


@check
def what_is_too_late_is_not_run_and_said_so(sluice):
    asker = Asker(sluice)
    correlation = asker.ask("count", seconds=-1)
    with answering(sluice):
        reply = asker.next()
        equal((reply["kind"], reply["correlation_id"]), ("expired", correlation))


@check
def a_cancel_is_kept_for_who_starts_later(sluice):
    asker = Asker(sluice)
    cancelled, kept = asker.ask("count"), asker.ask("shout", "tea")
    asker.cancel(cancelled)
    with answering(sluice):
        ends = {reply["correlation_id"]: reply["kind"] for reply in (asker.final(), asker.final())}
        equal(ends, {cancelled: "cancelled", kept: "result"})


@check
def progress_comes_and_a_cancel_stops_what_runs(sluice):
    asker = Asker(sluice)
    with answering(sluice):
        correlation = asker.ask("count", "600")
        first, second = asker.next(), asker.next()
        equal([(reply["kind"], reply["sequence"], reply["body"]) for reply in (first, second)],
              [("progress", 1, "1"), ("progress", 2, "2")])
        asker.cancel(correlation)
        reply = asker.final()
        equal((reply["kind"], reply["message"].startswith("at ")), ("cancelled", True))


@check
def the_deadline_stops_what_runs(sluice):
    asker = Asker(sluice)
    with answering(sluice):
        asker.ask("count", "600", seconds=2)
        equal(asker.final()["kind"], "cancelled")


@check
def the_library_asks_and_python_answers(sluice):
    answerer = Answerer(sluice)
    with asking(sluice, "shout", "tea", 20) as program:
        request = answerer.take()
        equal((request["kind"], request["operation"], request["body"], request["reply_to"],
               request["requester"]),
              ("request", "shout", "tea", REPLIES + "ask-example", "ask-example"))
        equal(15 < request["deadline"] - time.time() <= 20, True)
        answerer.reply("progress", sequence=1, body="half")
        answerer.reply("progress", sequence=1, body="half again, repeated")
        answerer.reply("result", body="TEA")
        answerer.reply("result", body="repeated")
        answerer.ack()
        equal(program.process.communicate(timeout=20)[0], "progress half\nanswered TEA\n")


@check
def every_end_is_told(sluice):
    answerer = Answerer(sluice)
    for kind, members, expected in (
            ("error", {"code": "broken", "message": "no tea"}, "failed broken: no tea\n"),
            ("expired", {}, "expired \n"), ("cancelled", {}, "cancelled \n")):
        with asking(sluice, "shout", "tea", 20) as program:
            answerer.take()
            answerer.reply(kind, **members)
            equal(program.process.communicate(timeout=20)[0], expected)
    with asking(sluice, "shout", "tea", 1) as program:
        begun = time.monotonic()
        equal(program.process.communicate(timeout=20)[0],
              "indeterminate : no answer came in time\n")
        equal(2.5 < time.monotonic() - begun < 15, True)


@check
def a_reply_to_a_worker_that_died_is_kept(sluice):
    answerer = Answerer(sluice)
    with asking(sluice, "shout", "tea", 20) as program:
        request = answerer.take()
        program.process.kill()
    answerer.reply("result", body="TEA")
    client = sluice.redis()
    # The next one of this name leaves it where it is: nobody there waits for it.
    with asking(sluice, "shout", "coffee", 20) as program:
        answerer.take()
        answerer.reply("result", body="COFFEE")
        equal(program.process.communicate(timeout=20)[0], "answered COFFEE\n")
    left = client.xrange(REPLIES + "ask-example")
    equal([unpack(fields)["correlation_id"] for _, fields in left], [request["correlation_id"]])


@check
def a_request_is_answered_although_its_responder_was_killed(sluice):
    asker = Asker(sluice)
    client = sluice.redis()
    client.execute_command("SLUICE.GROUP", "CREATE", TOOLS, GROUP, "RETRY", "50ms,50ms,50ms")
    with answering(sluice) as first:
        correlation = asker.ask("count", "40")
        equal(asker.next()["kind"], "progress")
        first.process.kill()
        epoch = client.execute_command("SLUICE.WHY", TOOLS, GROUP,
                                       client.xrange(TOOLS)[0][0])
        equal(b"leased" in epoch, True)
    # The lease of the dead one is given back by hand, so that the test need not wait for its end.
    entry = client.xrange(TOOLS)[0][0]
    shown = dict(zip(epoch[::2], epoch[1::2]))
    client.execute_command("SLUICE.FAIL", TOOLS, GROUP, entry, shown[b"epoch"], "ERROR", "killed")
    with answering(sluice):
        reply = asker.final()
        equal((reply["kind"], reply["correlation_id"], reply["attempt"]),
              ("result", correlation, 2))


def request(sluice, *arguments, stdin=b"", env=None):
    """Answers (exit code, stdout, stderr) of `sluice request`."""
    return run("request", *arguments, "--server", sluice.resp, stdin=stdin, env=env)


@check
def the_command_asks_and_waits(sluice):
    client = sluice.redis()
    with answering(sluice):
        equal(request(sluice, "shout", "tea"), (0, "TEA", ""))
        code, output, errors = request(sluice, "count", "2")
        equal((code, output, errors), (0, "counted", 'progress "1"\nprogress "2"\n'))
        code, output, errors = request(sluice, "dance", "x")
        equal((code, output, errors), (1, "", "sluice: failed: unknown: shout, echo or count\n"))
        code, output, _ = request(sluice, "echo", "--body-file", "-", "--json", stdin=b"\x00\xff")
        line = json.loads(output)
        equal((code, line["kind"], line["body"]), (0, "answered", {"base64": "AP8="}))
        code, _, errors = request(sluice, "count", "600", "--timeout", "2s")
        equal((code, "sluice: cancelled: at " in errors), (1, True))
    equal(client.keys(REPLIES + "*"), [])


@check
def the_command_says_what_it_does_not_know(sluice):
    client = sluice.redis()
    code, _, errors = request(sluice, "shout", "tea", "--timeout", "100ms")
    equal((code, errors), (1, "sluice: indeterminate: no answer came in time\n"))
    code, output, _ = request(sluice, "shout", "tea", "--no-wait", "--worker", "w7",
                              env={"SG_TOOLS_STREAM": "jobs"})
    message = unpack(client.xrange("jobs")[0][1])
    equal((code, message["correlation_id"], message["reply_to"]),
          (0, output.strip(), REPLIES + "w7"))
    equal(request(sluice, "")[0], 64)
    equal(request(sluice, "x", "--body-file", "/nowhere")[0], 65)
    equal(run("request", "x", "--server", "127.0.0.1:1")[0], 69)


@check
def ctrl_c_cancels_the_request(sluice):
    answerer = Answerer(sluice)
    process = subprocess.Popen([binary(), "request", "wait", "--server", sluice.resp],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    message = answerer.take()
    process.send_signal(signal.SIGINT)
    got = answerer.client.xread({TOOLS + ":cancel": "0"}, block=10000)
    cancel = unpack(got[0][1][0][1])
    equal((cancel["kind"], cancel["correlation_id"]), ("cancel", message["correlation_id"]))
    answerer.reply("cancelled", message="as you wish")
    _, errors = process.communicate(timeout=20)
    equal((process.returncode, errors), (1, "cancelling\nsluice: cancelled: as you wish\n"))


def respond(sluice, *command, flags=()):
    """Answers what waits: (exit code, [(correlation id, word), ...], stderr)."""
    code, output, errors = run("respond", "--once", "--json", "--create", "--server", sluice.resp,
                               *flags, "--", *command, timeout=60)
    lines = [json.loads(line) for line in output.splitlines()]
    return code, [(line["correlation_id"], line["answer"]) for line in lines], errors


@check
def a_command_answers_requests(sluice):
    asker = Asker(sluice)
    text, raw, other = asker.ask("a", "tea"), asker.ask("a", b"\x00\xff"), asker.ask("a", {"n": 1})
    late = asker.ask("a", "x", seconds=-1)
    cancelled = asker.ask("a", "x")
    asker.cancel(cancelled)
    code, told, _ = respond(sluice, "sh", "-c", 'echo "$SLUICE_OPERATION $SLUICE_ATTEMPT"; cat')
    equal((code, told), (0, [(text, "result"), (raw, "result"), (other, "result"),
                             (late, "expired"), (cancelled, "cancelled")]))
    equal([asker.next().get("body") for _ in range(3)],
          ["a 1\ntea", b"a 1\n\x00\xff", 'a 1\n{"n":1}'])
    equal([asker.next()["kind"] for _ in range(2)], ["expired", "cancelled"])
    equal(asker.client.xpending(TOOLS, GROUP)["pending"], 0)


@check
def a_command_that_fails_says_why(sluice):
    asker = Asker(sluice)
    asker.ask("a", "x")
    asker.client.xadd(TOOLS, pack({"kind": "request", "correlation_id": "c-9",
                                   "reply_to": asker.stream}))
    equal(respond(sluice, "sh", "-c", "echo no tea >&2; exit 3")[0], 0)
    first, second = asker.next(), asker.next()
    equal((first["kind"], first["code"], first["message"]), ("error", "failed", "no tea"))
    equal((second["code"], second["message"]), ("invalid", "operation: must be there"))
    asker.ask("a", "x")
    asker.client.execute_command("SLUICE.GROUP", "SET", TOOLS, GROUP, "RETRY", "1ms,1ms,1ms")
    script = 'test "$SLUICE_ATTEMPT" = 3 || exit 75; echo at last'
    deadline = time.monotonic() + 30
    while asker.client.xlen(asker.stream) == 0 and time.monotonic() < deadline:
        equal(respond(sluice, "sh", "-c", script)[0], 0)
    reply = asker.next()
    equal((reply["kind"], reply["body"], reply["attempt"]), ("result", "at last\n", 3))


@check
def a_command_is_stopped_when_nobody_waits(sluice):
    asker = Asker(sluice)
    asker.ask("a", "x", seconds=2)
    begun = time.monotonic()
    equal(respond(sluice, "sleep", "60")[1][0][1], "cancelled")
    equal(time.monotonic() - begun < 20, True)
    correlation = asker.ask("a", "x", seconds=60)
    process = subprocess.Popen([binary(), "respond", "--json", "--server", sluice.resp,
                                "--lease", "1s", "--", "sh", "-c", "trap '' TERM; sleep 60"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while asker.client.xpending(TOOLS, GROUP)["pending"] == 0:
            time.sleep(0.05)
        time.sleep(1.5)  # the lease is extended
        asker.cancel(correlation)
        line = json.loads(process.stdout.readline())
        equal((line["correlation_id"], line["answer"]), (correlation, "cancelled"))
        asker.ask("a", "x", seconds=60)
        while asker.client.xpending(TOOLS, GROUP)["pending"] == 0:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        equal(process.poll(), None)
        process.send_signal(signal.SIGTERM)
        equal(process.wait(20), 0)
    finally:
        process.kill()
        process.communicate()
    shown = asker.client.execute_command("SLUICE.GROUP", "SHOW", TOOLS, GROUP)
    equal(shown[shown.index(b"ready") + 1], 1)


@check
def responders_say_what_is_wrong(sluice):
    for arguments, code in ((("--once",), 64), (("--once", "--", "/no/such/program"), 64),
                            (("--lease", "1ms", "--", "cat"), 64), (("--once", "--", "cat"), 1)):
        equal(run("respond", "--server", sluice.resp, *arguments)[0], code)
    equal(run("respond", "--server", "127.0.0.1:1", "--", "cat")[0], 69)


def replies(sluice, *arguments):
    """Answers (exit code, rows, stderr) of `sluice replies`."""
    code, output, errors = run("replies", *arguments, "--json", "--server", sluice.resp)
    return code, [json.loads(line) for line in output.splitlines()], errors


def leave(client, worker, correlation, age_hours, **members):
    """A reply that nobody reads, of so many hours ago."""
    message = {"kind": "result", "correlation_id": correlation, **members}
    client.xadd(REPLIES + worker, pack(message),
                id="%d-1" % (time.time() * 1000 - age_hours * 3600_000))


@check
def what_nobody_read_is_listed_and_shown(sluice):
    client = sluice.redis()
    equal(replies(sluice, "list"), (0, [], ""))
    leave(client, "w1", "c-1", 30, body={"image": b"\x00\xff"})
    leave(client, "w1", "c-2", 2, kind="error", code="broken", message="no tea")
    client.xadd(REPLIES + "w1", {"data": "not ours"})
    client.xadd(REPLIES + "w2", {"data": "read"}, id="5-1")
    client.xdel(REPLIES + "w2", "5-1")
    client.xadd(TOOLS, {"data": "not a reply stream"})
    code, rows, _ = replies(sluice, "list")
    equal((code, [(row["worker"], row["unread"]) for row in rows]), (0, [("w1", 3), ("w2", 0)]))
    equal(30 * 3600_000 <= rows[0]["oldest_ms"] < 31 * 3600_000, True)
    equal((rows[0]["added_ms"] < 60_000, rows[1]["oldest_ms"]), (True, None))
    code, rows, _ = replies(sluice, "show", "w1")
    equal([(row["kind"], row["correlation_id"], row["body"]) for row in rows],
          [("result", "c-1", '{"image":{"base64":"AP8="}}'), ("error", "c-2", "broken: no tea"),
           ("unreadable", None, None)])
    code, rows, errors = replies(sluice, "show", "nobody")
    equal((code, rows, "no reply stream of nobody" in errors), (1, [], True))


@check
def only_empty_streams_go_and_unread_replies_are_named(sluice):
    client = sluice.redis()
    leave(client, "gone", "c-1", 200)
    leave(client, "mixed", "c-2", 200)
    leave(client, "mixed", "c-3", 2)
    leave(client, "kept", "c-4", 48)
    client.xadd(REPLIES + "read", {"data": "read"}, id="5-1")
    client.xdel(REPLIES + "read", "5-1")
    leave(client, "idle", "c-5", 1)
    client.xtrim(REPLIES + "idle", maxlen=0)
    expected = [("gone", "unread, lost", "c-1"), ("gone", "removed", None),
                ("mixed", "unread, lost", "c-2"), ("read", "removed", None)]
    for flags in (("--dry-run",), ()):
        code, rows, _ = replies(sluice, "prune", *flags)
        equal((code, [(row["worker"], row["result"], row["correlation_id"]) for row in rows]),
              (0, expected))
    equal(sorted(name.decode()[len(REPLIES):] for name in client.keys(REPLIES + "*")),
          ["idle", "kept", "mixed"])
    equal(replies(sluice, "prune"), (0, [], ""))
    code, rows, _ = replies(sluice, "prune", "--retention", "1h", "--gone-for", "30m")
    equal([(row["worker"], row["result"], row["correlation_id"]) for row in rows],
          [("idle", "removed", None), ("kept", "unread, lost", "c-4"), ("kept", "removed", None),
           ("mixed", "unread, lost", "c-3"), ("mixed", "removed", None)])
    equal(client.keys(REPLIES + "*"), [])
    equal(replies(sluice, "prune", "--retention", "soon")[0], 64)


@check
def envelopes_are_shown_as_events(sluice):
    client = sluice.redis()
    client.xadd("sg:stream:inbound", pack({
        "channel_id": "7", "platform": "discord", "message_id": "9", "content": "tea",
        "picture": b"\x00"}))
    code, output, _ = run("tail", "sg:stream:inbound", "--server", sluice.resp)
    equal((code, "stargazer.inbound" in output, '"content":"tea"' in output), (0, True, True))


if __name__ == "__main__":
    run_all()
