"""Profiles that name stock logs and a stock timestamp authority: stock verifiers accept what comes of it."""
import json
import pathlib
import tempfile
import unittest

import stock_acceptance_test as stock
from chancery import Chancery, change_json
from elsewhere_config import config
from private_sigstore import REKOR, TSA, PrivateSigstore

PROFILES = ["v1", "v2", "both"]


class Acceptance(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        services = self.directory / "services"
        services.mkdir()
        self.sigstore = PrivateSigstore(services)
        self.addCleanup(self.sigstore.stop)
        urls = {"v1": REKOR[1], "v2": REKOR[2], "tiles": self.sigstore.tiles.url, **TSA}
        self.chancery = Chancery(self.directory, config(self.directory, self.sigstore.root, urls, PROFILES))
        self.addCleanup(self.chancery.stop)
        self.root = self.sigstore.root
        self.artefact = self.directory / "artefact"
        self.artefact.write_bytes(b"what is signed\n")
        self.bundle = self.directory / "bundle.json"

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
