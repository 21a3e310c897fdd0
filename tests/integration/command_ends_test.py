"""How commands end: what they refuse, what they could not write, and the exit code of each.

Prints "N passed, N failed".
"""

import re

from checks import check, equal, run_all
from sluice_process import run


def sluice_run(sluice, *arguments, stdin=b"", env=None, timeout=60):
    """One command against this server; answers (exit code, stdout, stderr)."""
    return run(*arguments, "--server", sluice.resp, stdin=stdin, env=env, timeout=timeout)


def refused(code, pattern, result):
    """The command ended with this code and one sentence that matches."""
    equal((result[0], len(result[2].splitlines())), (code, 1))
    if not re.search(pattern, result[2]):
        raise AssertionError("%r is not in %r" % (pattern, result[2]))


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


if __name__ == "__main__":
    run_all()
