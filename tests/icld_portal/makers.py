"""Makers of files for the tests of files made to order."""

from icld_portal.prepared import Made, Refused

runs: list[str] = []


def make_greeting(by, facts, out, progress):
    runs.append("greeting")
    progress(1, 2)
    out.write(f"Hej {by.name}, {facts['word']}".encode())
    return Made("greeting.txt", "text/plain")


def refuse(by, facts, out, progress):
    raise Refused("The case is gone.")


def fail(by, facts, out, progress):
    runs.append("fail")
    raise RuntimeError("the disk is full")
