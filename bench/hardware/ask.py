#!/usr/bin/env python3
"""Asks the admin API of a daemon, once or until something holds. Python's standard library alone.

usage: ask.py get PATH EXPRESSION
       ask.py until PATH EXPRESSION SECONDS [--kill PID]

EXPRESSION is Python with the answer in d. `get` prints its value, lists one item a line. `until` asks 50 times a second and
prints the milliseconds until it was true, or ends with 1 when the seconds are over. --kill sends SIGKILL to that process
first, and time counts from then. The address and the file with the token come from VALIDATE_URL and VALIDATE_TOKEN.
"""
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request

# Loopback alone: a proxy in the environment is nobody's business here.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(path):
    with open(os.environ["VALIDATE_TOKEN"], encoding="ascii") as file:
        token = file.read().strip()
    request = urllib.request.Request(os.environ["VALIDATE_URL"] + "/api/v1/" + path,
                                     headers={"Authorization": "Bearer " + token})
    with OPENER.open(request, timeout=5) as answer:
        return json.load(answer)


def value(path, expression):
    # The script beside this file writes the expressions.
    return eval(expression, {"d": ask(path)})  # noqa: S307


def until(path, expression, seconds, victim):
    if victim:
        os.kill(victim, signal.SIGKILL)
    begun = time.monotonic()
    while True:
        try:
            if value(path, expression):
                return round((time.monotonic() - begun) * 1000)
        except urllib.error.HTTPError as refused:
            if refused.code in (400, 404, 422):
                raise  # The question is wrong, and stays so.
        except (OSError, ValueError, KeyError, IndexError):
            pass  # A daemon that starts does not answer yet.
        if time.monotonic() - begun > seconds:
            return None
        time.sleep(0.02)


def main(words):
    if len(words) == 3 and words[0] == "get":
        found = value(words[1], words[2])
        for item in found if isinstance(found, list) else [found]:
            print(item)
        return 0
    if len(words) in (4, 6) and words[0] == "until":
        took = until(words[1], words[2], float(words[3]), int(words[5]) if len(words) == 6 else 0)
        if took is None:
            return 1
        print(took)
        return 0
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
