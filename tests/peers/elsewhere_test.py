"""Profiles that name stock logs and stock timestamp authorities: stock verifiers accept what comes of it."""
import concurrent.futures
import json
import pathlib
import tempfile
import unittest

import stock_acceptance_test as stock
from chancery import Chancery, change_json
from elsewhere_config import config
from private_sigstore import PrivateSigstore

# By name: how many entries and timestamps their bundles have.
PROFILES = {"v1": (1, 0), "v2": (1, 1), "both": (2, 1), "both-v2": (2, 1), "two-v2": (1, 2), "two-both": (2, 2)}
IN_TIME = "--use-signed-timestamps"
WITHOUT_LOG = [IN_TIME, "--insecure-ignore-tlog"]


class Acceptance(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        services = self.directory / "services"
        services.mkdir()
        self.sigstore = PrivateSigstore(services)
        self.addCleanup(self.sigstore.stop)
        self.chancery = Chancery(self.directory, config(self.directory, self.sigstore.root, self.sigstore.urls,
                                                        [*PROFILES, "early-v2"]))
        self.addCleanup(self.chancery.stop)
        self.root = self.sigstore.root
        self.artefact = self.directory / "artefact"
        self.artefact.write_bytes(b"what is signed\n")
        self.receipts = {}
        self.key = self.chancery.keep("key.pem", "keys", "public-key", "v1")  # all of them use it

    def sign(self, profile, kind=None):
        """The bundle of a digest, or of a statement of this kind."""
        bundle = self.directory / f"{profile}.{kind}.json"
        command = ["sign"]
        if kind is not None:
            predicate = bundle.with_suffix(".predicate")
            predicate.write_text(json.dumps(stock.PREDICATES[kind]))
            command = ["attest", "--type", kind, "--predicate", predicate]
        answer = self.chancery.run(*command, "--json", "--profile", profile, "--output", bundle, self.artefact)
        self.receipts[bundle] = json.loads(answer)["receipt"]
        return bundle

    def cosign(self, bundle, *options, kind=None):
        return stock.Cosign.verify(self, bundle, self.artefact, kind=kind, options=options)

    def js(self, bundle, **how):
        return stock.SigstoreJs.verify(self, bundle, self.artefact, **how)

    def judge(self, bundle, entries, timestamps, kind=None):
        """What both say, each asked for all that the bundle has."""
        options = ([IN_TIME] if timestamps else []) if entries else WITHOUT_LOG
        return {"cosign": self.cosign(bundle, *options, kind=kind),
                "js": self.js(bundle, entries=entries, timestamps=timestamps)}

    def expect_accepted(self, bundle, entries, timestamps, kind=None):
        material = json.loads(bundle.read_text())["verificationMaterial"]
        stamps = material.get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
        self.assertEqual((len(material["tlogEntries"]), len(stamps)), (entries, timestamps))
        for verifier, done in self.judge(bundle, entries, timestamps, kind).items():
            self.assertEqual(done.returncode, 0, f"{verifier}: {done.stderr}")
        damaged = change_json(bundle, stock.damage_signature, bundle.with_suffix(".damaged"))
        for verifier, done in self.judge(damaged, entries, timestamps, kind).items():
            self.assertEqual(done.returncode, 1, f"{verifier}: {done.stderr}")

    def expect_refused(self, reason, done):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, reason)

    def test_digests_and_statements_in_each_log_are_accepted(self):
        cases = [(profile, kind) for profile in PROFILES for kind in (None, *stock.PREDICATES)]
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:  # a Rekor v2 answers once a second
            bundles = list(pool.map(lambda case: self.sign(*case), cases))
        for (profile, kind), bundle in zip(cases, bundles):
            with self.subTest(profile=profile, kind=kind):
                self.expect_accepted(bundle, *PROFILES[profile], kind)

    def test_what_left_before_its_log_had_it_is_accepted_by_its_timestamp_alone(self):
        self.sigstore.rekor_v2.kill()
        bundle = self.sign("early-v2")
        self.expect_accepted(bundle, entries=0, timestamps=1)
        self.expect_refused("not enough verified log entries", self.cosign(bundle, IN_TIME))
        self.expect_refused("TLOG", self.js(bundle, timestamps=1))
        self.sigstore.rekor_v2.start()
        whole = self.directory / "whole.json"
        self.chancery.run("wait", "--output", whole, self.receipts[bundle])
        self.expect_accepted(whole, entries=1, timestamps=1)

    def test_older_javascript_does_not_know_statements_in_a_log_of_version_2(self):
        for profile in ("v1", "v2"):
            done = self.js(self.sign(profile), generation=3)
            self.assertEqual(done.returncode, 0, done.stderr)
        done = self.js(self.sign("v1", "slsaprovenance1"), generation=3)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.js(self.sign("v2", "slsaprovenance1"), generation=3)
        self.expect_refused("TLOG_BODY_ERROR: digest mismatch", done)


if __name__ == "__main__":
    unittest.main(verbosity=2)
