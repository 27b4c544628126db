"""Profiles that name stock logs and a stock timestamp authority: stock verifiers accept what comes of it, and each
signature is in the log once whatever happens to the log meanwhile.

Run as: elsewhere_test.py Acceptance | Faults
"""
import base64
import collections
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import signal
import tempfile
import time
import unittest

import stock_acceptance_test as stock
from authority import make_key, openssl
from chancery import Chancery, change_json
from private_sigstore import REKOR, TSA, PrivateSigstore

PROFILES = {
    "v1": 'logs = ["v1"]', "v2": 'logs = ["v2"]\ntimestamps = ["local"]',
    "both": 'logs = ["v1", "v2"]\ntimestamps = ["local"]',
}
CLIENTS = 48


def config(directory, sigstore):
    trust = f'trusted_root = "{sigstore.root}"\n'
    sections = f"""
[[rekor]]
name = "v1"
version = 1
url = "{REKOR[1]}"
{trust}
[[rekor]]
name = "v2"
version = 2
url = "{REKOR[2]}"
read_url = "{sigstore.tiles.url}"
{trust}
[[timestamp_authority]]
name = "local"
url = "{TSA}"
{trust}
"""
    for name, services in PROFILES.items():
        sections += stock.profile_table(name, "disk", "key") + services + "\n"
    return stock.config(directory, {"key": "ecdsa-p256-sha256"}) + sections


def leaves(directory):
    """How often each leaf hash is in the log, by its own tiles."""
    size = int((directory / "checkpoint").read_text().splitlines()[1])
    found = collections.Counter()
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        full = directory / f"tile/0/{index:03}"
        octets = full.read_bytes() if full.exists() else (directory / f"tile/0/{index:03}.p/{width}").read_bytes()
        found.update(octets[at * 32:at * 32 + 32] for at in range(width))
    return found


class Elsewhere(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        services = self.directory / "services"
        services.mkdir()
        self.sigstore = PrivateSigstore(services)
        self.addCleanup(self.sigstore.stop)
        self.chancery = Chancery(self.directory, config(self.directory, self.sigstore))
        self.addCleanup(self.chancery.stop)
        self.root = self.sigstore.root
        self.artefact = self.directory / "artefact"
        self.artefact.write_bytes(b"what is signed\n")
        self.bundle = self.directory / "bundle.json"


class Acceptance(Elsewhere):
    def expect_accepted(self, kind=None, verifiers=(stock.Cosign, stock.SigstoreJs)):
        damaged = self.directory / "damaged.json"
        change_json(self.bundle, stock.damage_signature, damaged)
        for verifier in verifiers:
            done = verifier.verify(self, self.bundle, self.artefact, kind=kind)
            self.assertEqual(done.returncode, 0, f"{verifier.__name__}: {done.stderr}")
            done = verifier.verify(self, damaged, self.artefact, kind=kind)
            self.assertEqual(done.returncode, 1, f"{verifier.__name__}: {done.stderr}")

    def test_digests_and_statements_in_each_log_are_accepted(self):
        for profile in PROFILES:
            with self.subTest(profile):
                self.key = self.chancery.keep("key.pem", "keys", "public-key", profile)
                self.chancery.run("sign", "--profile", profile, "--output", self.bundle, self.artefact)
                self.expect_accepted()
                material = json.loads(self.bundle.read_text())["verificationMaterial"]
                self.assertEqual(len(material["tlogEntries"]), 2 if profile == "both" else 1)
                stamps = material.get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
                self.assertEqual(len(stamps), 0 if profile == "v1" else 1)
                for kind, predicate in stock.PREDICATES.items():
                    file = self.directory / "predicate.json"
                    file.write_text(json.dumps(predicate))
                    self.chancery.run("attest", "--type", kind, "--predicate", file, "--profile", profile,
                                      "--output", self.bundle, self.artefact)
                    self.expect_accepted(kind)


class Faults(Elsewhere):
    def sign_many(self, count):
        """Signs in the background; gives the futures."""
        executor = concurrent.futures.ThreadPoolExecutor(count)
        self.addCleanup(executor.shutdown)

        def sign(number):
            artefact = self.directory / f"artefact-{number}"
            artefact.write_bytes(os.urandom(16))
            self.chancery.run("sign", "--profile", "v2", "--timeout", "300", "--output",
                              self.directory / f"bundle-{number}.json", artefact)
        return [executor.submit(sign, number) for number in range(count)]

    def expect_each_once(self, futures):
        for future in futures:
            future.result()
        found = leaves(self.sigstore.tile_directory)
        for number in range(len(futures)):
            bundle = json.loads((self.directory / f"bundle-{number}.json").read_text())
            entry, = bundle["verificationMaterial"]["tlogEntries"]
            body = base64.b64decode(entry["canonicalizedBody"])
            self.assertEqual(found[hashlib.sha256(b"\0" + body).digest()], 1)

    def test_log_that_is_killed_in_the_middle_has_each_entry_once(self):
        futures = self.sign_many(CLIENTS)
        self.await_entries(1)
        self.sigstore.rekor_v2.kill()
        self.sigstore.rekor_v2.start()
        self.expect_each_once(futures)

    def test_services_that_come_late_finish_what_was_signed(self):
        self.sigstore.rekor_v2.kill()
        self.sigstore.tsa_service.process.kill()
        self.sigstore.tsa_service.process.wait()
        futures = self.sign_many(4)
        self.await_signed(4)
        self.sigstore.tsa_service.start()
        self.sigstore.rekor_v2.start()
        self.expect_each_once(futures)

    def test_log_that_stands_still_for_a_while_has_each_entry_once(self):
        futures = self.sign_many(CLIENTS)
        self.await_entries(1)
        self.sigstore.rekor_v2.process.send_signal(signal.SIGSTOP)
        self.await_signed(CLIENTS)
        self.sigstore.rekor_v2.process.send_signal(signal.SIGCONT)
        self.expect_each_once(futures)

    def test_client_that_hangs_up_on_the_log_costs_us_nothing(self):
        """Rekor v2.3.0 answers 499 to all who wait beside it."""
        key = make_key(self.directory / "impatient.key")
        futures = self.sign_many(CLIENTS)
        for _ in range(8):
            self.be_impatient(key)
        self.expect_each_once(futures)

    def await_entries(self, count):
        while sum(leaves(self.sigstore.tile_directory).values()) < count:
            time.sleep(0.01)  # none has come so far

    def await_signed(self, count):
        """Until so many have been signed, whether finished or not."""
        while json.loads(self.chancery.run("status", "--json"))["log"]["size"] < count:
            time.sleep(0.05)  # some are on their way still

    def be_impatient(self, key):
        message = self.directory / "message"
        message.write_bytes(os.urandom(16))
        signature = self.directory / "signature"
        openssl("dgst", "-sha256", "-sign", key, "-out", signature, message)
        openssl("pkey", "-in", key, "-pubout", "-outform", "DER", "-out", self.directory / "der")
        digest = hashlib.sha256(message.read_bytes()).digest()
        with contextlib.suppress(OSError):  # unless the log is quicker
            self.sigstore.rekor_v2.add(digest, signature.read_bytes(), (self.directory / "der").read_bytes(),
                                       seconds=0.05)


if __name__ == "__main__":
    unittest.main(verbosity=2)
