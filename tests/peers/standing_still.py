"""A service that stands still, by SIGSTOP: until the daemons were disturbed, and in the long run, by hand, for
CHANCERY_STANDS_STILL_SECONDS (600 is worth it). Then both kinds of requests go on coming all the time, and at the end it is
printed what was seen. Run one as
CHANCERY_STANDS_STILL_SECONDS=600 CHANCERY_PROGRAMS=build/dev/bin tests/peers/offline python3 -B tests/peers/log_away_test.py \\
  RekorV2.test_log_that_stands_still_for_a_while
"""
import os
import pathlib
import signal
import time

from busy_chancery import await_state

SECONDS = float(os.environ.get("CHANCERY_STANDS_STILL_SECONDS", "0"))
PATIENCE_SECONDS = 10  # of those that come while it stands still
AT_ONCE_SECONDS = 5  # theirs that do not wait for it
ROUNDS_UNTIL_KNOWN = 10  # until then those that do not wait may meet it first


def stand_still(test, service, goes_on, waits):
    """`goes_on` is a profile that does without the service for a while, `waits` one that does not."""
    until = time.monotonic() + SECONDS
    service.process.send_signal(signal.SIGSTOP)
    test.disturb()
    if SECONDS:
        _keep_signing(test, service, until, (goes_on, waits))
    service.process.send_signal(signal.SIGCONT)
    if SECONDS:
        _await_recovery(test.chanceries)


def _is_stopped(service):
    state = pathlib.Path(f"/proc/{service.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "T"


def _keep_signing(test, service, until, profiles):
    """The deadlines of the first clients pass, too. They look for a daemon that was told to end no longer than that."""
    goes_on, waits = profiles
    test.told.end_and_start()
    for chancery in test.chanceries:
        chancery.may_leave = True
    slowest = 0  # seconds, of the slowest round of those that go on
    rounds = 0
    while time.monotonic() < until:
        began = time.monotonic()
        patient = [chancery.sign_many(1, waits, seconds=PATIENCE_SECONDS)[0] for chancery in test.chanceries]
        quick = [chancery.sign_many(1, goes_on)[0] for chancery in test.chanceries]
        for client in quick:
            client.receipt()
        took = time.monotonic() - began
        for client in patient:
            client.receipt()
            test.assertTrue(client.left_early(), client.answer)
        test.assertTrue(_is_stopped(service), "somebody else made it go on")
        kept = time.monotonic() - began
        if rounds >= ROUNDS_UNTIL_KNOWN:
            test.assertLess(took, AT_ONCE_SECONDS)
        test.assertLess(kept, max(took, PATIENCE_SECONDS) + AT_ONCE_SECONDS)
        slowest = max(slowest, took)
        rounds += 1
    print(f"{rounds} rounds; of those that go on the slowest took {slowest:.2f} s")


def _await_recovery(chanceries):
    began = time.monotonic()
    held = [chancery.figure("VmRSS") for chancery in chanceries]
    for chancery in chanceries:
        await_state("nothing is unfinished", lambda daemon=chancery: not daemon.status()["unfinished"])
        print(f"{chancery.directory.name}: {len(chancery.clients)} signatures, all finished "
              f"{time.monotonic() - began:.1f} s after it went on; VmRSS before that {held.pop(0)} KiB, VmHWM "
              f"{chancery.figure('VmHWM')} KiB", flush=True)
