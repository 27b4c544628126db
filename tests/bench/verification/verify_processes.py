#!/usr/bin/env python3
"""`chancery verify` beside `cosign verify-blob`: the same bundles, in one run, each in a process of its own.

usage: tests/peers/offline tests/bench/verification/verify_processes.py PROGRAMS [RUNS]
PROGRAMS is the folder with chancery and process_cost, of a release build; tests/peers/build has made cosign.
"""
import json
import os
import pathlib
import sys
import tempfile

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
os.environ["CHANCERY_PROGRAMS"] = str(PROGRAMS)
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "peers"))

from chancery import CACHE, run  # noqa: E402
from private_sigstore import PrivateSigstore  # noqa: E402
from stock_signers import StockSigners  # noqa: E402

WANTED = {"wall_ms": 8, "cpu_ms": 8, "peak_kib": 5}


def measure(sigstore, signers, signed, runs):
    words = [*signed.expectations(sigstore, signers.key), "--trusted-root", sigstore.root,
             "--bundle", signed.bundle, signers.artefact]
    stock = "verify-blob" if signed.content is None else "verify-blob-attestation"
    kind = [] if signed.content is None else ["--type", signed.content]
    done = run([PROGRAMS / "process_cost", runs, "--", PROGRAMS / "chancery", "verify", *kind, *words,
                "--", CACHE / "bin/cosign", stock, *kind, *words])
    if done.returncode != 0:
        sys.exit(done.stderr)
    ours, theirs = (json.loads(line) for line in done.stdout.splitlines())
    print(f"{signed.name}:")
    for name, factor in WANTED.items():
        ratio = theirs[name] / ours[name]
        print(f"  {name:9} chancery {ours[name]:>9}  cosign {theirs[name]:>9}  1/{ratio:.1f}"
              f"  (wanted: at most 1/{factor})")


def main():
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    with tempfile.TemporaryDirectory(prefix="chancery-bench-") as folder:
        directory = pathlib.Path(folder)
        artefact = directory / "artefact"
        artefact.write_bytes(b"what is signed\n" * 1000)
        sigstore = PrivateSigstore(directory)
        try:
            signers = StockSigners(sigstore, artefact)
            signed = [one for rekor in (1, 2) for signer in ("person", "key")
                      for one in signers.sign_by_cosign(rekor, None, signer)]
        finally:
            sigstore.stop()
        for one in signed:
            measure(sigstore, signers, one, runs)


main()
