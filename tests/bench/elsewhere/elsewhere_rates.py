#!/usr/bin/env python3
"""Signatures recorded in a stock Rekor v2 and stamped by a stock authority, beside plain clients of both, in one run.

usage: tests/peers/offline tests/bench/elsewhere/elsewhere_rates.py PROGRAMS
PROGRAMS is the folder with chanceryd and elsewhere_rate, of a release build; tests/peers/build has made the services.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
os.environ["CHANCERY_PROGRAMS"] = str(PROGRAMS)
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "peers"))

from chancery import Chancery  # noqa: E402
from elsewhere_config import config  # noqa: E402
from private_sigstore import REKOR, TSA, PrivateSigstore  # noqa: E402


with tempfile.TemporaryDirectory() as directory:
    services = pathlib.Path(directory) / "services"
    services.mkdir()
    sigstore = PrivateSigstore(services)
    try:
        chancery = Chancery(directory, config(directory, sigstore.root, sigstore.urls, ["v2"]))
        command = [PROGRAMS / "elsewhere_rate", chancery.socket, "v2", REKOR[2], TSA["first"]]
        status = subprocess.run([str(word) for word in command], check=False).returncode
        print(f"the daemon: {chancery.figure('Threads')} threads, at most {chancery.figure('VmHWM')} KiB resident")
        chancery.stop()
    finally:
        sigstore.stop()
    sys.exit(status)
