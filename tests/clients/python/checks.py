# What the scripts beside this one share: a check is a function whose name says what holds. Each is run once, in order, and
# told to the test that started the script in one line of JSON.
import json
import sys
import time
import traceback

registered = []


def check(function):
    registered.append(function)
    return function


def run():
    only = sys.argv[1:]
    for function in registered:
        if only and function.__name__ not in only:
            continue
        started = time.monotonic()
        error = None
        try:
            function()
        except BaseException:  # SystemExit of a command too
            error = traceback.format_exc()
        told = {"name": function.__name__.replace("_", " "), "error": error, "ms": round((time.monotonic() - started) * 1000)}
        sys.__stdout__.write(json.dumps(told) + "\n")
        sys.__stdout__.flush()


def eventually(what, ask, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("in %d seconds it did not come: %s" % (seconds, what))


def equal(actual, expected):
    assert actual == expected, "%r is not %r" % (actual, expected)
