"""Collects the checks of an interop test, runs them one after the other, and counts.

    @check
    def stream_reads_what_was_added(sluice): ...

    run_all()

Every check gets a fresh server. The last line is "N passed, N failed"; the exit code says the same.
"""

import sys
import traceback

from sluice_process import SluiceProcess

_checks = []


def check(function):
    _checks.append(function)
    return function


def equal(seen, expected):
    if seen != expected:
        raise AssertionError("expected %s\n     got      %s" % (repr(expected)[:2000],
                                                                repr(seen)[:2000]))


def raises(kind, text, call):
    """The call fails with an error of this kind whose message holds the text."""
    try:
        value = call()
    except kind as error:
        if text not in str(error):
            raise AssertionError("expected %r in %r" % (text, str(error))) from error
        return
    raise AssertionError("no error, but %r" % (value,))


def run_all(names=tuple(sys.argv[1:])):
    passed = failed = 0
    for function in _checks:
        if names and function.__name__ not in names:
            continue
        try:
            with SluiceProcess() as sluice:
                function(sluice)
            passed += 1
            print("ok      %s" % function.__name__, flush=True)
        except Exception:
            failed += 1
            print("FAILED  %s\n%s" % (function.__name__, traceback.format_exc()), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)
