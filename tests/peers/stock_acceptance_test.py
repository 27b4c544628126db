"""What we sign is accepted by stock verifiers, and refused by them after one flipped bit.

Run as: stock_acceptance_test.py Cosign | SigstoreJs
"""
import base64
import hashlib
import json
import os
import pathlib
import tempfile
import unittest

from chancery import CACHE, Chancery, change_json, run
from devices import SoftHsm, Swtpm

HERE = pathlib.Path(__file__).parent
PROFILES = {"p384": "ecdsa-p384-sha384", "rsa3072": "rsa-pkcs1v15-3072-sha256"}
DEVICES = {"token": SoftHsm, "tpm": Swtpm}
DEVICE_ALGORITHMS = {"p256": "ecdsa-p256-sha256", **PROFILES}
PREDICATES = {
    "slsaprovenance1": {"buildDefinition": {"buildType": "https://example.com/make"}, "runDetails": {}},
    "spdxjson": {"spdxVersion": "SPDX-2.3", "name": "artefact", "packages": []},
    "cyclonedx": {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []},
}


def profile_table(name, backend, key):
    return f'[[profile]]\nname = "{name}"\nbackend = "{backend}"\nkey = "{key}"\nsigns = "digests"\n'


def device_config(directory, backend):
    """A device beside the software key that the log signs with."""
    device = f'[[backend]]\nname = "device"{backend}'
    admins = f'[[rule]]\nname = "admins"\nusers = [{os.getuid()}]\nadmin = true\n'
    return config(directory, {}) + device + admins


def config(directory, algorithms=None):
    algorithms = PROFILES if algorithms is None else algorithms
    makes = [f"{name}={algorithm}" for name, algorithm in algorithms.items()] + ["log=ed25519"]
    profiles = [profile_table(name, "disk", name) for name in algorithms]
    return f"""
[server]
socket = "{directory}/socket"
[state]
directory = "{directory}/state"
[log]
origin = "log.example.org"
backend = "disk"
key = "log"
[[backend]]
name = "disk"
type = "software"
directory = "{directory}/state/keys"
make_missing = {json.dumps(makes)}
{"".join(profiles)}
[[rule]]
name = "tests"
users = [{os.getuid()}]
profiles = ["*"]
"""


def flip_bit(encoded):
    octets = bytearray(base64.b64decode(encoded))
    octets[len(octets) // 2] ^= 1
    return base64.b64encode(octets).decode()


def damage_signature(bundle):
    holder, field = bundle.get("messageSignature"), "signature"
    if holder is None:
        holder, field = bundle["dsseEnvelope"]["signatures"][0], "sig"
    holder[field] = flip_bit(holder[field])


class StockVerifier:
    """The promises; a class for each verifier says how it is asked."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        self.artefact = self.directory / "artefact"
        self.artefact.write_bytes(b"what is signed\n" * 1000)
        self.bundle = self.directory / "bundle.json"

    def start(self, configuration=None, directory=None):
        self.chancery = Chancery(directory or self.directory, configuration)
        self.addCleanup(self.chancery.stop)
        self.root = self.chancery.keep("trusted_root.json", "trust", "export")

    def sign(self, profile, *command):
        self.chancery.run(*command, "--profile", profile, "--output", self.bundle, self.artefact)
        self.key = self.chancery.keep(f"{profile}.pem", "keys", "public-key", profile)

    def attest(self, profile, kind):
        predicate = self.directory / "predicate.json"
        predicate.write_text(json.dumps(PREDICATES[kind]))
        self.sign(profile, "attest", "--type", kind, "--predicate", predicate)

    def expect_accepted(self, **how):
        done = self.verify(self.bundle, self.artefact, **how)
        self.assertEqual(done.returncode, 0, done.stderr)

    def expect_refused(self, reason, bundle, artefact, **how):
        done = self.verify(bundle, artefact, **how)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, reason)

    def expect_acceptance_of_this_alone(self, **how):
        self.expect_accepted(**how)
        other = self.directory / "other"
        octets = bytearray(self.artefact.read_bytes())
        octets[len(octets) // 2] ^= 1
        other.write_bytes(octets)
        self.expect_refused(self.other_artefact, self.bundle, other, **how)
        damaged = change_json(self.bundle, damage_signature, self.directory / "damaged.json")
        self.expect_refused(self.other_signature, damaged, self.artefact, **how)

    def test_blobs_of_the_embedded_default(self):
        self.start()
        for index in range(3):
            with self.subTest(index=index):
                self.artefact.write_text(f"artefact {index}\n")
                self.sign("default", "sign")
                entry = json.loads(self.bundle.read_text())["verificationMaterial"]["tlogEntries"][0]
                self.assertEqual(entry["logIndex"], str(index))
                self.assertIn("hashes", entry["inclusionProof"])
                self.expect_acceptance_of_this_alone()

    def test_blobs_of_other_algorithms(self):
        self.start(config(self.directory))
        for profile in PROFILES:
            with self.subTest(profile=profile):
                self.sign(profile, "sign")
                self.expect_acceptance_of_this_alone(profile=profile)

    def test_blobs_of_keys_in_devices(self):
        for name, make in DEVICES.items():
            device = make(self.directory / name)
            self.addCleanup(device.stop)
            folder = self.directory / f"{name}-chancery"
            folder.mkdir()
            self.start(device_config(folder, device.backend()), folder)
            for profile, algorithm in DEVICE_ALGORITHMS.items():
                self.chancery.run("keys", "make", f"device:{profile}", "--algorithm", algorithm)
            self.chancery.configure("".join(profile_table(name, "device", name) for name in DEVICE_ALGORITHMS))
            for profile in DEVICE_ALGORITHMS:
                with self.subTest(device=name, profile=profile):
                    self.sign(profile, "sign")
                    self.expect_acceptance_of_this_alone(profile=profile)

    def test_statements(self):
        self.start(config(self.directory))
        for profile in self.attesting_profiles:
            for kind in PREDICATES:
                with self.subTest(profile=profile, kind=kind):
                    self.attest(profile, kind)
                    self.expect_acceptance_of_this_alone(profile=profile, kind=kind)

    def test_statements_of_the_embedded_default(self):
        self.start()
        for kind in PREDICATES:
            with self.subTest(kind=kind):
                self.attest("default", kind)
                self.expect_acceptance_of_this_alone(kind=kind)


class Cosign(StockVerifier, unittest.TestCase):
    other_artefact = "failed to verify signature"
    other_signature = "failed to verify log inclusion"
    attesting_profiles = list(PROFILES)

    def verify(self, bundle, artefact, kind=None, profile="default", options=()):
        command = ["verify-blob"] if kind is None else ["verify-blob-attestation", "--type", kind]
        # With --key cosign takes SHA-256 for granted.
        if profile == "p384":
            command += ["--signature-digest-algorithm", "sha384"]
        trust = ["--key", self.key, "--trusted-root", self.root]
        return run([CACHE / "bin/cosign", *command, *trust, *options, "--bundle", bundle, artefact])


class SigstoreJs(StockVerifier, unittest.TestCase):
    other_artefact = "SIGNATURE_ERROR|SUBJECT"
    other_signature = "TLOG_BODY_ERROR: signature mismatch"
    # It takes the digest of every DSSE entry for SHA-256, whatever the key.
    attesting_profiles = ["rsa3072"]

    def verify(self, bundle, artefact, generation=4, entries=1, timestamps=0, **_):
        locked = hashlib.sha256((HERE / "verify_js/package-lock.json").read_bytes()).hexdigest()[:12]
        modules = {"NODE_PATH": str(CACHE / f"verify_js-{locked}/node_modules")}
        return run(["node", HERE / "verify_js/verify.js", generation, self.root, self.key, bundle, artefact,
                    entries, timestamps], modules)


if __name__ == "__main__":
    unittest.main(verbosity=2)
