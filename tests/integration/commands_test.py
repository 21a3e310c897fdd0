"""The commands that people type, against a real server: what they print, refuse and answer.

Prints "N passed, N failed".
"""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time

from checks import check, equal, run_all
from sluice_process import binary, clean_environment, run

ID = r"\d+-\d+"


def sluice_run(sluice, *arguments, stdin=b"", env=None, timeout=60):
    """One command against this server; answers (exit code, stdout, stderr)."""
    return run(*arguments, "--server", sluice.resp, stdin=stdin, env=env, timeout=timeout)


def done(sluice, *arguments, stdin=b""):
    """A command that must succeed; answers its stdout."""
    code, output, errors = sluice_run(sluice, *arguments, stdin=stdin)
    if code != 0:
        raise AssertionError("%r ended with %d: %s" % (arguments, code, errors))
    return output


def refused(code, pattern, result):
    """The command ended with this code and one sentence that matches."""
    equal(result[0], code)
    if not re.fullmatch(r"sluice: [^\n]*\n", result[2]):
        raise AssertionError("not one sentence: %r" % result[2])
    if not re.search(pattern, result[2]):
        raise AssertionError("%r is not in %r" % (pattern, result[2]))


def lines_of(output):
    return [json.loads(line) for line in output.splitlines()]


def on_a_screen(arguments, env=None, keys=b"", seconds=20):
    """Runs sluice on a terminal of its own; answers (exit code, what the terminal shows)."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(binary(), ["sluice", *arguments],
                  clean_environment({"TERM": "xterm", **(env or {})}))
    shown, deadline = b"", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        shown += piece
        if keys and keys in shown:
            os.kill(process, signal.SIGINT)
            keys = b""
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


# --- publish --------------------------------------------------------------------------------


@check
def words_become_the_fields_of_one_entry(sluice):
    printed = done(sluice, "publish", "orders", "item=tea", "note=a=b", "empty=")
    equal(bool(re.fullmatch(ID + "\n", printed)), True)
    entries = sluice.redis(decode_responses=True).xrange("orders")
    equal([entry[1] for entry in entries], [{"item": "tea", "note": "a=b", "empty": ""}])
    equal(entries[0][0], printed.strip())


@check
def each_line_of_json_becomes_an_entry(sluice):
    lines = b'{"n":1,"s":"x","o":{"a":[1, 2]}}\n\n  \n{"n":2.50,"s":"\\u00e9\\n","o":null}\r\n'
    equal(len(done(sluice, "publish", "orders", "--json", stdin=lines).splitlines()), 2)
    entries = sluice.redis(decode_responses=True).xrange("orders")
    equal([entry[1] for entry in entries], [{"n": "1", "s": "x", "o": '{"a":[1, 2]}'},
                                            {"n": "2.50", "s": "\u00e9\n", "o": "null"}])


@check
def broken_json_names_line_and_byte_and_publishes_nothing(sluice):
    lines = b'{"n":1}\n{"n":2}\n{"n":3,}\n{"n":4}\n'
    refused(65, r"line 3: JSON-SYNTAX at byte 7: .*nothing was published",
            sluice_run(sluice, "publish", "orders", "--json", stdin=lines))
    equal(sluice.redis().exists("orders"), 0)
    for broken in (b"[1]\n", b'{"a":1}{"b":2}\n', b'{"a":"\xff"}\n', b'{"a":1,"a":2}\n', b"{}\n"):
        refused(65, "line 1: ", sluice_run(sluice, "publish", "orders", "--json", stdin=broken))
    equal(sluice.redis().exists("orders"), 0)


@check
def ten_thousand_lines_keep_their_order(sluice):
    lines = b"".join(b'{"n":%d}\n' % n for n in range(10_000))
    ids = done(sluice, "publish", "many", "--json", stdin=lines).split()
    entries = sluice.redis(decode_responses=True).xrange("many")
    equal([entry[0] for entry in entries], ids)
    equal([int(entry[1]["n"]) for entry in entries], list(range(10_000)))


@check
def events_get_an_id_a_time_and_a_json_payload(sluice):
    done(sluice, "publish", "tasks", "--event-type", "task.assigned", "--agent", "ada", "--task",
         "t-1", "--priority", "high", "title=Read the logs", "urgent=true", "n=4", "list=[1,2]")
    entry = sluice.redis(decode_responses=True).xrange("tasks")[0][1]
    equal(json.loads(entry["data"]),
          {"title": "Read the logs", "urgent": True, "n": 4, "list": [1, 2]})
    equal([entry[name] for name in ("event_type", "source_agent_id", "call_chain", "task_id",
                                    "priority", "tenant_id")],
          ["task.assigned", "ada", "ada", "t-1", "high", "default"])
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
    equal(bool(re.fullmatch(uuid, entry["event_id"])), True)


@check
def an_event_that_breaks_a_rule_is_not_published(sluice):
    # The nine types of the tenant bus must say which agent they come from.
    refused(65, "source_agent_id.*nothing was published",
            sluice_run(sluice, "publish", "tasks", "--event-type", "task.assigned", "a=1"))
    refused(65, "nothing was published",
            sluice_run(sluice, "publish", "tasks", "--event-type", "no spaces", "a=1"))
    equal(sluice.redis().exists("tasks"), 0)


@check
def whole_events_come_back_as_they_went_in(sluice):
    event = {"event_id": "e-1", "type": "x.y", "time": "2026-02-11T12:58:38.123456Z",
             "data": {"b": 1.50, "a": [None]}, "made_up": {"kept": True}}
    done(sluice, "publish", "all", "--events", stdin=json.dumps(event).encode())
    shown = lines_of(done(sluice, "tail", "all", "--json"))[0]["event"]
    equal({name: shown[name] for name in event}, event)


@check
def a_file_of_any_bytes_is_a_payload(sluice):
    payload = bytes(range(256))
    done(sluice, "publish", "raw", "--data", "-", stdin=payload)
    equal(sluice.redis().xrange("raw")[0][1], {b"data": payload})
    done(sluice, "publish", "raw2", "--event-type", "x.y", "--data", "-", stdin=payload)
    equal(sluice.redis().xrange("raw2")[0][1][b"data"], payload)
    equal(sluice.redis().xrange("raw2")[0][1][b"content_type"], b"application/octet-stream")
    refused(65, "read /no/such/file: No such file",
            sluice_run(sluice, "publish", "raw", "--data", "/no/such/file"))


@check
def live_lines_are_published_as_they_come(sluice):
    command = [binary(), "publish", "live", "--json", "--live", "--server", sluice.resp]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env=clean_environment()) as process:
        for number in range(3):
            process.stdin.write(b'{"n":%d}\n' % number)
            process.stdin.flush()
            equal(bool(re.fullmatch(ID, process.stdout.readline().decode().strip())), True)
            equal(sluice.redis().xlen("live"), number + 1)
        process.stdin.close()
        equal(process.wait(20), 0)


@check
def a_wrong_command_line_is_one_sentence_and_changes_nothing(sluice):
    for arguments, pattern in (
            (("publish", "orders", "novalue"), "'novalue' is not of the form field=value"),
            (("publish", "orders"), "nothing to publish"),
            (("publish", "orders", "a=1", "--json"), "not two of them"),
            (("publish", "orders", "a=1", "--maxlenn", "3"), "did you mean --maxlen"),
            (("publish", "orders", "a=1", "--evnt-type", "x"), "did you mean --event-type"),
            (("publis", "orders"), "did you mean publish"),
            (("tail", "orders", "--from", "yesterday"), "'yesterday' is neither"),
            (("tail", "orders", "--group", "g", "--from", "end"), "leave --from out"),
            (("groups", "--create", "g"), "--create needs a stream"),
            (("completion", "tcsh"), "bash,zsh,fish"),
    ):
        refused(64, pattern, run(*arguments))
    equal(sluice.redis().exists("orders"), 0)


# --- where the server is --------------------------------------------------------------------


@check
def a_server_that_is_not_there_is_69_for_every_command(sluice):
    for arguments in (("publish", "s", "a=1"), ("tail", "s"), ("streams",), ("groups",),
                      ("doctor",), ("bench",), ("demo",)):
        refused(69, "connect to 127.0.0.1:1.*sluice serve",
                run(*arguments, "--server", "127.0.0.1:1"))
    refused(64, "--server", run("streams", "--server", "nonsense"))


@check
def the_environment_names_the_server(sluice):
    code, _, errors = run("publish", "s", "a=1", env={"SLUICE_SERVER": sluice.resp})
    equal((code, errors), (0, ""))
    equal(sluice.redis().xlen("s"), 1)


# --- tail -----------------------------------------------------------------------------------


@check
def tail_shows_the_newest_or_everything_from_a_place(sluice):
    ids = done(sluice, "publish", "s", "--json",
               stdin=b"".join(b'{"n":%d}\n' % n for n in range(1200))).split()
    shown = [line["id"] for line in lines_of(done(sluice, "tail", "s", "--json", "-n", "3"))]
    equal(shown, ids[-3:])
    shown = lines_of(done(sluice, "tail", "s", "--json", "--from", "beginning"))
    equal([line["id"] for line in shown], ids)
    equal(shown[7]["fields"], {"n": "7"})
    shown = lines_of(done(sluice, "tail", "s", "--json", "--from", ids[1100]))
    equal([line["id"] for line in shown], ids[1100:])


@check
def tail_follows_and_ends_at_an_interrupt(sluice):
    command = [binary(), "tail", "s", "-f", "--json", "--server", sluice.resp]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=clean_environment()) as process:
        client = sluice.redis()
        client.xadd("s", {"n": 0})
        equal(json.loads(process.stdout.readline())["fields"], {"n": "0"})
        for number in range(1, 4):
            client.xadd("s", {"n": number})
            equal(json.loads(process.stdout.readline())["fields"], {"n": str(number)})
        process.send_signal(signal.SIGINT)
        equal(process.wait(20), 0)


@check
def tail_in_a_group_acknowledges_and_leaves_no_consumer(sluice):
    client = sluice.redis(decode_responses=True)
    refused(1, "NOGROUP", sluice_run(sluice, "tail", "s", "--group", "audit"))
    done(sluice, "groups", "s", "--create", "audit")
    for number in range(5):
        client.xadd("s", {"n": number})
    shown = lines_of(done(sluice, "tail", "s", "--group", "audit", "--json"))
    equal([line["fields"]["n"] for line in shown], list("01234"))
    equal(client.xpending("s", "audit")["pending"], 0)
    equal(client.xinfo_consumers("s", "audit"), [])
    client.xadd("s", {"n": 5})
    done(sluice, "tail", "s", "--group", "audit", "--no-ack", "--consumer", "me")
    equal(client.xpending("s", "audit")["pending"], 1)


@check
def tail_keeps_only_the_types_asked_for(sluice):
    for kind in ("task.done", "task.failed", "tool.done"):
        done(sluice, "publish", "s", "--event-type", kind, "--agent", "ada", "a=1")
    shown = lines_of(done(sluice, "tail", "s", "--json", "--type", "task.*"))
    equal([line["event"]["type"] for line in shown], ["task.done", "task.failed"])


@check
def hostile_text_cannot_move_the_cursor(sluice):
    client = sluice.redis()
    client.xadd("s\x1b[2J", {"a\r\nb": "\x1b[31m\u202e\x00", b"\xff\xfe": b"\xff"})
    for arguments in (("tail", "s\x1b[2J", "--full"), ("streams",), ("streams", "--names")):
        code, shown = on_a_screen([*arguments, "--server", sluice.resp], env={"NO_COLOR": "1"})
        equal(code, 0)
        equal([c for c in shown if c in "\x1b\x00\u202e"], [])
    line = lines_of(done(sluice, "tail", "s\x1b[2J", "--json"))[0]
    equal(line["stream"], "s\x1b[2J")
    equal(line["fields"], [["a\r\nb", "\x1b[31m\u202e\x00"],
                           [{"base64": "//4="}, {"base64": "/w=="}]])


# --- streams, groups ------------------------------------------------------------------------


@check
def streams_are_listed_with_what_they_hold(sluice):
    equal(done(sluice, "streams", "--json"), "")
    equal("No streams" in done(sluice, "streams"), True)
    client = sluice.redis(decode_responses=True)
    for number in range(20):
        client.xadd("a", {"n": number})
    last = client.xadd("b", {"n": 1})
    client.set("no-stream", "x")
    client.xgroup_create("a", "g", "0")
    rows = lines_of(done(sluice, "streams", "--json"))
    equal([row["stream"] for row in rows], ["a", "b"])
    equal([row["length"] for row in rows], [20, 1])
    equal([row["groups"] for row in rows], [1, 0])
    equal(rows[1]["last_id"], last)
    equal(rows[0]["rate_per_second"] > 0 and rows[0]["age_ms"] >= 0, True)
    equal(done(sluice, "streams", "b*", "--names"), "b\n")
    table = done(sluice, "streams").splitlines()
    equal(table[0].split()[:2], ["STREAM", "LENGTH"])
    equal(table[1].split()[:2], ["a", "20"])


@check
def groups_are_listed_with_what_is_pending(sluice):
    client = sluice.redis(decode_responses=True)
    for number in range(10):
        client.xadd("s", {"n": number})
    done(sluice, "groups", "s", "--create", "g")
    done(sluice, "groups", "s", "--create", "late", "--from", "end")
    refused(1, "BUSYGROUP", sluice_run(sluice, "groups", "s", "--create", "g"))
    client.xreadgroup("g", "ada", {"s": ">"}, count=4)
    rows = lines_of(done(sluice, "groups", "s", "--json"))
    group = {row["group"]: row for row in rows if "consumer" not in row}
    equal((group["g"]["pending"], group["g"]["lag"], group["g"]["consumers"]), (4, 6, 1))
    equal((group["late"]["pending"], group["late"]["lag"]), (0, 0))
    equal(group["g"]["oldest_pending_age_ms"] >= 0, True)
    consumers = [row for row in rows if "consumer" in row]
    equal([(row["consumer"], row["pending"]) for row in consumers], [("ada", 4)])
    equal(len(lines_of(done(sluice, "groups", "--json"))), 2)


@check
def colours_are_for_screens_and_for_those_who_want_them(sluice):
    done(sluice, "publish", "s", "a=1")
    equal("\x1b[" in done(sluice, "streams"), False)
    code, shown = on_a_screen(["streams", "--server", sluice.resp])
    equal((code, "\x1b[1m" in shown), (0, True))
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        code, shown = on_a_screen(["streams", "--server", sluice.resp], env=env)
        equal((code, "\x1b[" in shown), (0, False))


# --- retention --------------------------------------------------------------------------------


@check
def what_a_stream_keeps_is_set_and_shown(sluice):
    refused(64, "nothing to set", sluice_run(sluice, "stream", "set", "s"))
    refused(64, "size", sluice_run(sluice, "stream", "set", "s", "--max-bytes", "much"))
    refused(64, "duration", sluice_run(sluice, "stream", "set", "s", "--max-age", "old"))
    refused(64, "--hard-length", sluice_run(sluice, "stream", "set", "s", "--max-length", "9",
                                                "--hard-length", "8"))
    done(sluice, "stream", "set", "s", "--max-length", "4", "--max-age", "7d", "--max-bytes",
         "1MiB", "--hard-length", "6")
    row = lines_of(done(sluice, "stream", "show", "s", "--json"))[0]
    equal((row["maxlen"], row["maxage"], row["maxbytes"], row["hardlen"], row["protect"]),
          (4, 604800000, 1048576, 6, "yes"))
    done(sluice, "stream", "unset", "s")
    equal(lines_of(done(sluice, "stream", "show", "s", "--json"))[0]["set"], 0)
    equal("nothing is set" in done(sluice, "stream", "show", "s"), True)


@check
def a_full_stream_names_who_holds_it_back_and_how_to_let_go(sluice):
    client = sluice.redis(decode_responses=True)
    done(sluice, "stream", "set", "s", "--max-length", "4", "--hard-length", "6")
    done(sluice, "groups", "s", "--create", "slow")
    for _ in range(6):
        done(sluice, "publish", "s", "a=1")
    refused(75, "BUSY.*'slow' holds it back", sluice_run(sluice, "publish", "s", "a=1"))
    equal("held by" in done(sluice, "stream", "show", "s"), True)
    row = lines_of(done(sluice, "streams", "--json"))[0]
    equal((row["keeps"], row["fill_percent"]), ("4 events, hard at 6 events", 150))
    code, output, _ = sluice_run(sluice, "doctor", "--json")
    found = [row for row in lines_of(output) if row["level"] == "broken"]
    equal((code, len(found), found[0]["subject"]), (1, 1, "stream s"))
    remedy = "sluice group set s slow --protect no"
    equal(remedy in found[0]["remedy"], True)
    done(sluice, *remedy.split()[1:])
    done(sluice, "publish", "s", "a=1")
    group = lines_of(done(sluice, "groups", "s", "--json"))[0]
    equal((group["missed"] > 0, group["holding_ms"]), (True, None))
    equal(client.xlen("s") <= 5, True)


# --- doctor, bench, demo, completion, help --------------------------------------------------


@check
def the_doctor_finds_a_new_server_well(sluice):
    findings = lines_of(done(sluice, "doctor", "--json"))
    levels = {finding["subject"]: finding["level"] for finding in findings}
    equal((levels["connection"], levels["server"], levels["durability"], levels["journal"]),
          ("fine", "fine", "fine", "fine"))
    equal([f["subject"] for f in findings if f["level"] == "broken"], [])


@check
def bench_measures_and_cleans_up(sluice):
    rows = lines_of(done(sluice, "bench", "--seconds", "0.1", "--json"))
    equal(len(rows), 4)
    equal(all(row["entries_per_second"] > 0 for row in rows), True)
    equal(sluice.redis().dbsize(), 0)


@check
def the_demo_fills_streams_that_groups_work_on(sluice):
    output = done(sluice, "demo", "--events", "300", "--rate", "1000", "--seed", "7")
    equal("sluice streams" in output, True)
    client = sluice.redis(decode_responses=True)
    streams = ("demo:github", "demo:tasks", "demo:tools")
    equal([client.xlen(stream) > 10 for stream in streams], [True] * 3)
    equal(client.xinfo_groups("demo:tasks")[0]["consumers"] >= 2, True)
    events = lines_of(done(sluice, "tail", "demo:tasks", "--json"))
    equal({line["event"]["type"] for line in events}, {"task.assigned"})
    # A flow can be followed: each task names the webhook that caused it.
    hooks = {line["event"]["event_id"] for line in
             lines_of(done(sluice, "tail", "demo:github", "--json", "--from", "beginning"))}
    equal(all(line["event"]["parent_event_id"] in hooks for line in events), True)


@check
def the_demo_ends_at_ctrl_c_and_says_what_to_do_next(sluice):
    code, shown = on_a_screen(["demo", "--rate", "200", "--server", sluice.resp],
                              keys=b"in hand")
    equal((code, "The streams stay" in shown), (0, True))


@check
def completion_scripts_are_sound_and_know_the_flags(sluice):
    for shell in ("bash", "zsh", "fish"):
        code, script, _ = run("completion", shell)
        equal(code, 0)
        for word in ("publish", "event-type", "follow", "durability", "concurrency", "replay",
                     "dry-run"):
            equal(word in script, True)
    _, script, _ = run("completion", "bash")
    # A stream's name is data: completing it must not run it.
    sluice.redis().xadd("x$(touch pwned)", {"a": 1})
    folder = os.path.dirname(binary())
    typed = 'COMP_WORDS=(sluice tail x); COMP_CWORD=2; _sluice; echo "${COMPREPLY[0]}"'
    done_in_bash = subprocess.run(
        ["bash", "-c", script + typed], capture_output=True, check=True, cwd=sluice.folder,
        env=clean_environment({"SLUICE_SERVER": sluice.resp,
                               "PATH": folder + ":" + os.environ["PATH"]}))
    equal(os.path.exists(os.path.join(sluice.folder, "pwned")), False)
    equal(done_in_bash.stdout.startswith(b"x"), True)
    typed = 'COMP_WORDS=(sluice dead re); COMP_CWORD=2; _sluice; echo "${COMPREPLY[*]}"'
    equal(subprocess.run(["bash", "-c", script + typed], capture_output=True, check=True,
                         env=clean_environment()).stdout, b"replay\n")


@check
def every_command_explains_itself_with_examples(sluice):
    for command in ("publish", "tail", "streams", "groups", "bench", "doctor", "demo", "consume",
                    "dead", "group", "why"):
        code, text, _ = run(command, "--help")
        equal((code, "Examples:" in text, "Exit codes:" in text), (0, True, True))
        equal([line for line in text.splitlines() if len(line) > 110], [])


if __name__ == "__main__":
    run_all()
