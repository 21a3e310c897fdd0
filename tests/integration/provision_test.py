"""`sluice provision`: what each role gets, what happens the second time, and what is an error.

Prints "N passed, N failed".
"""

import json
import urllib.request

from checks import check, equal, run_all
from sluice_process import run


def provision(sluice, *arguments, env=None):
    """Answers (exit code, rows, stderr)."""
    code, output, errors = run("provision", *arguments, "--json", "--server", sluice.resp, env=env)
    return code, [json.loads(line) for line in output.splitlines()], errors


def groups(client, stream):
    return [(group["name"], group["last-delivered-id"]) for group in client.xinfo_groups(stream)]


@check
def each_role_gets_exactly_its_groups_from_the_beginning(sluice):
    client = sluice.redis(decode_responses=True)
    client.xadd("sg:stream:inbound", {"data": "before the first worker"})
    equal(provision(sluice, "--role", "worker")[0], 0)
    equal(client.keys("*"), ["sg:stream:inbound"])
    equal(groups(client, "sg:stream:inbound"), [("sg:workers", "0-0")])
    got = client.xreadgroup("sg:workers", "w1", {"sg:stream:inbound": ">"})
    equal([fields for _, fields in got[0][1]], [{"data": "before the first worker"}])
    equal(provision(sluice, "--role", "tools")[0], 0)
    equal(groups(client, "sg:stream:tools"), [("sg:tools", "0-0")])
    code, rows, _ = provision(sluice, "--role", "gateway", "--platform", "irc")
    equal((code, [row["group"] for row in rows]), (0, ["sg:gateway:irc"]))
    client.flushall()
    equal(provision(sluice, "--role", "standalone")[0], 0)
    equal(sorted(client.keys("*")), ["sg:stream:inbound"] + [
        "sg:stream:outbound:" + platform for platform in ("discord", "matrix", "webchat")])


@check
def a_second_run_changes_nothing(sluice):
    client = sluice.redis(decode_responses=True)
    equal([row["result"] for row in provision(sluice, "--role", "worker")[1]], ["created"])
    client.xadd("sg:stream:inbound", {"data": "1"})
    client.xreadgroup("sg:workers", "w1", {"sg:stream:inbound": ">"})
    client.execute_command("SLUICE.STREAM", "SET", "sg:stream:inbound", "MAXLEN", 5000)
    before = groups(client, "sg:stream:inbound")
    code, rows, _ = provision(sluice, "--role", "worker")
    equal((code, rows), (0, [{"stream": "sg:stream:inbound", "group": "sg:workers",
                              "result": "there", "settings": "as they were"}]))
    equal(groups(client, "sg:stream:inbound"), before)
    shown = client.execute_command("SLUICE.STREAM", "SHOW", "sg:stream:inbound")
    equal(shown[shown.index("maxlen") + 1], 5000)


@check
def an_error_is_an_error_and_never_a_group_that_exists(sluice):
    client = sluice.redis(decode_responses=True)
    client.set("sg:stream:outbound:matrix", "no stream")
    code, rows, errors = provision(sluice, "--role", "gateway")
    equal((code, [row["group"] for row in rows]), (1, ["sg:gateway:discord"]))
    equal("sg:gateway:matrix" in errors and "WRONGTYPE" in errors, True)
    code, _, errors = run("provision", "--role", "worker", "--server", "127.0.0.1:1")
    equal(code, 69)


@check
def wrong_words_are_refused_before_anything_is_touched(sluice):
    for arguments, sentence in (
            (("--role", "inference"),
             "--role: must be one of gateway, worker, tools, standalone"),
            (("--role", "worker", "--platform", "irc"),
             "--platform: only the roles gateway and standalone have platforms")):
        code, _, errors = provision(sluice, *arguments)
        equal((code, errors), (64, "sluice: %s\n" % sentence))
    code, _, errors = provision(sluice, "--role", "tools", env={"SG_TOOLS_GROUP": "a b"})
    equal((code, "SG_TOOLS_GROUP" in errors), (64, True))
    equal(sluice.redis().keys("*"), [])


@check
def names_come_from_the_environment_and_a_dry_run_asks_nobody(sluice):
    names = {"SG_INBOUND_STREAM": "in", "SG_WORKER_GROUP": "crew",
             "SG_OUTBOUND_STREAM_PREFIX": "out", "SG_GATEWAY_GROUP_PREFIX": "gate"}
    code, output, _ = run("provision", "--role", "standalone", "--platform", "irc", "--dry-run",
                          "--json", "--server", "127.0.0.1:1", env=names)
    equal((code, [(row["stream"], row["group"]) for row in map(json.loads, output.splitlines())]),
          (0, [("in", "crew"), ("out:irc", "gate:irc")]))


@check
def a_backlog_is_told_by_metrics_and_by_the_doctor(sluice):
    client = sluice.redis(decode_responses=True)
    provision(sluice, "--role", "worker", "--max-length", "1000")
    with client.pipeline() as pipe:
        for number in range(1010):
            pipe.xadd("sg:stream:inbound", {"data": number})
        pipe.execute()
    client.xreadgroup("sg:workers", "w1", {"sg:stream:inbound": ">"}, count=1005)
    page = urllib.request.urlopen("http://%s/metrics" % sluice.http).read().decode()
    for reason in ("fill", "pending"):
        warning = 'sluice_stream_warning{database="0",stream="sg:stream:inbound",reason="%s"} 1'
        equal(warning % reason in page, True)
    _, output, _ = run("doctor", "--json", "--server", sluice.resp)
    found = [line for line in map(json.loads, output.splitlines())
             if line["subject"] == "stream sg:stream:inbound" and "warns of" in line["finding"]]
    equal([finding["level"] for finding in found], ["warning"])


if __name__ == "__main__":
    run_all()
