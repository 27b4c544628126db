#!/usr/bin/env python3
"""A stock Rekor v2 is away while 256 clients sign by deadline: what they wait, what the daemon holds in memory, and how
fast the log has them all once it is back.

usage: tests/peers/offline tests/bench/elsewhere/outage.py PROGRAMS [REQUESTS...]
       tests/peers/offline tests/bench/elsewhere/outage.py PROGRAMS --per-second N --minutes N
PROGRAMS is the folder with chanceryd, chancery and deadline_load, of a release build; REQUESTS are made one after the
other within the one outage, as fast as they are answered. Or so many are made per second, by all clients together, and
each minute of the outage has a line. tests/peers/build has made the services.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("requests", type=int, nargs="*", default=[1000, 3000, 4000, 8000])
    parser.add_argument("--per-second", type=float)
    parser.add_argument("--minutes", type=int)
    given = parser.parse_args()
    if (given.per_second is None) != (given.minutes is None):
        parser.error("--per-second and --minutes go together")
    if given.minutes is not None:
        given.requests = [round(given.per_second * 60)] * given.minutes
    return given


ARGUMENTS = arguments()
PROGRAMS = ARGUMENTS.programs.resolve()
os.environ["CHANCERY_PROGRAMS"] = str(PROGRAMS)
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "peers"))

import log_entries  # noqa: E402
from chancery import Chancery  # noqa: E402
from elsewhere_config import config  # noqa: E402
from private_sigstore import PrivateSigstore  # noqa: E402
from stock_acceptance_test import profile_table  # noqa: E402

REQUESTS = ARGUMENTS.requests
CLIENTS = 256
PROFILE = profile_table("outage", "disk", "key") + """logs = ["v2"]
timestamps = ["first"]
record = "by-deadline"
record_hours = 24
"""


def state_of(chancery):
    mib = chancery.figure("VmRSS") / 1024
    return f"{unrecorded(chancery):>6} unrecorded  {mib:6.1f} MiB  {chancery.figure('Threads')} threads"


def unrecorded(chancery):
    return json.loads(chancery.run("status", "--json"))["requests"]["unrecorded"]


def sign(chancery, count):
    command = [str(PROGRAMS / "deadline_load"), str(chancery.socket), "outage", str(CLIENTS), str(count)]
    if ARGUMENTS.per_second is not None:
        command.append(str(ARGUMENTS.per_second))
    load = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    print(f"{count:>6} signed  {load['per_second']:>6}/s  p50 {load['p50_ms']:>8} ms  p99 {load['p99_ms']:>8} ms  "
          f"{load['failed']} failed {load['first_failure']}  {state_of(chancery)}", flush=True)


def measure(sigstore, chancery):
    print(f"before: {state_of(chancery)}")
    sigstore.rekor_v2.kill()
    for count in REQUESTS:
        sign(chancery, count)
    sigstore.rekor_v2.start()
    began = time.monotonic()
    while left := unrecorded(chancery):
        print(f"  {time.monotonic() - began:5.1f} s after the log is back: {left}", flush=True)
        time.sleep(1)  # the log is at it
    seconds = time.monotonic() - began
    found = log_entries.leaves_v2(sigstore.tile_directory)
    print(f"all recorded {seconds:.1f} s after the log was back, {sum(REQUESTS) / seconds:.0f}/s; the log has "
          f"{len(found)} entries, {len(set(found))} of them distinct")
    print(f"after: {state_of(chancery)}, at most {chancery.figure('VmHWM') / 1024:.1f} MiB")


with tempfile.TemporaryDirectory() as folder:
    services = pathlib.Path(folder) / "services"
    services.mkdir()
    running = PrivateSigstore(services)
    try:
        daemon = Chancery(folder, config(folder, running.root, running.urls, ["v2"]) + PROFILE)
        measure(running, daemon)
        daemon.stop()
    finally:
        running.stop()
