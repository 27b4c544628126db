"""Everything that cosign and sigstore-python sign is accepted by `chancery verify`, for this signer and artefact alone."""
import base64
import hashlib
import json
import pathlib
import shutil
import tempfile
import unittest

from chancery import PROGRAMS, change_json, run
from private_sigstore import PrivateSigstore
from stock_signers import StockSigners
from stock_acceptance_test import damage_signature, flip_bit


def damage_entry(bundle):
    entry = bundle["verificationMaterial"]["tlogEntries"][0]
    entry["canonicalizedBody"] = flip_bit(entry["canonicalizedBody"])


def damage_certificate(bundle):
    certificate = bundle["verificationMaterial"].get("certificate")
    if certificate is not None:
        certificate["rawBytes"] = flip_bit(certificate["rawBytes"])


def damage_timestamp(bundle):
    for timestamp in bundle["verificationMaterial"].get("timestampVerificationData", {}).get("rfc3161Timestamps", []):
        octets = bytearray(base64.b64decode(timestamp["signedTimestamp"]))
        octets[-10] ^= 1  # within the signature
        timestamp["signedTimestamp"] = base64.b64encode(octets).decode()


DAMAGES = [
    (damage_signature, "SIGNATURE|TIMESTAMP|LOG_ENTRY"),
    (damage_entry, "LOG_|PROOF_|INCLUSION|SET_"),
    (damage_certificate, "CERTIFICATE|SCT|LOG_ENTRY|PUBLIC_KEY|ISSUER"),
    # Elsewhere the time of a Rekor v1 log will do, and a key needs none.
    (damage_timestamp, "TIMESTAMP", "--use-signed-timestamps"),
]


class StockSignersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.directory = pathlib.Path(cls.folder.name)
        cls.artefact = cls.directory / "artefact"
        cls.artefact.write_bytes(b"what is signed\n" * 1000)
        cls.sigstore = PrivateSigstore(cls.directory)
        try:
            signers = StockSigners(cls.sigstore, cls.artefact)
            cls.signed = signers.sign_everything()
            cls.key = signers.key
        finally:
            cls.sigstore.stop()  # whoever verifies needs none of it

    def verify(self, signed, *more, bundle=None, artefact=None, expected=None):
        expected = signed.expectations(self.sigstore, self.key) if expected is None else expected
        done = run([PROGRAMS / "chancery", "verify", "--json", "--trusted-root", self.sigstore.root,
                    "--bundle", bundle or signed.bundle, *expected, *more, artefact or self.artefact])
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verified"], done.returncode == 0)
        return answer

    def expect_accepted(self, signed, *more, **how):
        answer = self.verify(signed, *more, **how)
        self.assertTrue(answer["verified"], answer)
        return answer

    def expect_refused(self, reason, signed, *more, **how):
        answer = self.verify(signed, *more, **how)
        self.assertFalse(answer["verified"], answer)
        self.assertRegex(answer["error"]["reason"], reason)

    def by(self, *signers):
        return [signed for signed in self.signed if signed.signer in signers]

    def test_everything_is_accepted(self):
        for signed in self.signed:
            with self.subTest(signed.name):
                answer = self.expect_accepted(signed)
                self.assertEqual(answer["logs"][0]["origin"], "127.0.0.1")
                self.assertNotEqual(answer["times"], [])

    def test_a_digest_does_for_the_artefact(self):
        digest = "sha256:" + hashlib.sha256(self.artefact.read_bytes()).hexdigest()
        for signed in self.signed:
            with self.subTest(signed.name):
                self.expect_accepted(signed, artefact=digest)

    def test_another_artefact_is_refused(self):
        other = self.directory / "other"
        other.write_bytes(self.artefact.read_bytes()[:-1])
        for signed in self.signed:
            with self.subTest(signed.name):
                reason = "DIGEST_MISMATCH|SIGNATURE_INVALID" if signed.content is None else "SUBJECT_MISMATCH"
                self.expect_refused(reason, signed, artefact=other)

    def test_one_flipped_bit_is_refused(self):
        for signed in self.signed:
            for damage, reason, *options in DAMAGES:
                with self.subTest(signed.name, damage=damage.__name__):
                    damaged = change_json(signed.bundle, damage, self.directory / "damaged.json")
                    if json.loads(damaged.read_text()) != json.loads(signed.bundle.read_text()):
                        self.expect_refused(reason, signed, *options, bundle=damaged)

    def test_another_identity_is_refused(self):
        for signed in self.by("person", "workflow"):
            with self.subTest(signed.name):
                option, identity, _, issuer = signed.expectations(self.sigstore, self.key)
                of_issuer = ["--certificate-oidc-issuer", issuer]
                self.expect_refused("^IDENTITY_MISMATCH$", signed, expected=[option, identity + "x", *of_issuer])
                self.expect_refused("^IDENTITY_MISMATCH$", signed, expected=[option, identity.upper(), *of_issuer])
                self.expect_refused("^IDENTITY_MISMATCH$", signed,
                                    expected=["--certificate-identity-regexp", identity[:-1], *of_issuer])
                self.expect_refused("^ISSUER_MISMATCH$", signed,
                                    expected=[option, identity, "--certificate-oidc-issuer", issuer + "/"])

    def test_another_kind_of_signer_is_refused(self):
        for signed in self.by("person"):
            with self.subTest(signed.name):
                self.expect_refused("^CERTIFICATE_NOT_EXPECTED$", signed, expected=["--key", self.key])
        for signed in self.by("key"):
            with self.subTest(signed.name):
                expected = ["--certificate-identity", "dev@local.test", "--certificate-oidc-issuer", "https://a.test"]
                self.expect_refused("^KEY_REQUIRED$", signed, expected=expected)

    def test_build_is_asked_for_by_name(self):
        for signed in self.by("workflow"):
            with self.subTest(signed.name):
                said = ["--source-repository-uri", "https://github.com/local/app", "--source-repository-ref",
                        "refs/heads/main", "--runner-environment", "github-hosted", "--build-trigger", "push",
                        "--certificate-github-workflow-name", "release", "--certificate-github-workflow-sha", "b" * 40]
                answer = self.expect_accepted(signed, *said)
                self.assertEqual(answer["signer"]["fields"]["source-repository-digest"], "b" * 40)
                self.expect_refused("^CERTIFICATE_FIELD_MISMATCH$", signed, "--build-trigger", "workflow_dispatch")

    def test_predicate_type_is_asked_for_by_name(self):
        for signed in self.signed:
            with self.subTest(signed.name):
                for kind in ("slsaprovenance1", "spdxjson"):
                    if kind == signed.content:
                        self.expect_accepted(signed, "--type", kind)
                    else:
                        self.expect_refused("^PREDICATE_TYPE_MISMATCH$|^STATEMENT_MISSING$", signed, "--type", kind)

    def test_directory_of_all_is_verified_at_once_by_a_policy(self):
        mirror = self.directory / "mirror"
        mirror.mkdir()
        rules = []
        for index, signed in enumerate(self.signed):
            shutil.copy(self.artefact, mirror / f"{index}")
            shutil.copy(signed.bundle, mirror / f"{index}.sigstore.json")
            words = signed.expectations(self.sigstore, str(self.key))
            options = {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2])}
            rules.append({"artifacts": [str(index)], **options})
        policy = self.directory / "policy.json"
        policy.write_text(json.dumps({"rules": rules}))
        done = run([PROGRAMS / "chancery", "verify", "--json", "--trusted-root", self.sigstore.root,
                    "--policy", policy, mirror])
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(len(answers), len(self.signed))


if __name__ == "__main__":
    unittest.main(verbosity=2)
