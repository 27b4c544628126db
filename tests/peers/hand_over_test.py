"""A log that was handed over is continued by the stock Rekor v2 server, as if it had always been its own."""
import hashlib
import json
import pathlib
import tempfile
import unittest

from chancery import CACHE, Chancery, run
from rekor_server import RekorServer, text

OUR_ENTRIES = 300  # more than one tile


class HandOver(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        self.fill_and_hand_over()

    def fill_and_hand_over(self):
        self.files = [self.directory / f"file{index}" for index in range(OUR_ENTRIES)]
        for file in self.files:
            file.write_text(f"{file}\n")
        self.chancery = Chancery(self.directory)
        self.addCleanup(self.chancery.stop)
        self.chancery.run("sign", *self.files)
        self.root = self.chancery.keep("trusted_root.json", "trust", "export")
        self.key = self.chancery.keep("default.pem", "keys", "public-key", "default")
        self.chancery.run("log", "hand-over", "--yes")
        self.chancery.stop()
        self.log = self.chancery.state / "log"
        self.handed_over = self.directory / "checkpoint"
        self.handed_over.write_bytes((self.log / "checkpoint").read_bytes())

    def start_server(self):
        base_url = json.loads(self.root.read_text())["tlogs"][0]["baseUrl"]
        server = RekorServer(self.log, self.chancery.state / "keys/log.pem", base_url.removeprefix("https://"))
        self.addCleanup(server.stop)
        return server

    def sign_by_openssl(self, artefact):
        """Somebody else's key and signature: (digest, signature, public key in DER)."""
        key, signature = self.directory / "other.key", self.directory / "other.sig"
        for command in (
            f"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {key}",
            f"openssl pkey -in {key} -pubout -out {key}.pem",
            f"openssl pkey -in {key} -pubout -outform DER -out {key}.der",
            f"openssl dgst -sha256 -sign {key} -out {signature} {artefact}",
        ):
            self.expect_success(command.split())
        public_key = pathlib.Path(f"{key}.der").read_bytes()
        return hashlib.sha256(artefact.read_bytes()).digest(), signature.read_bytes(), public_key

    def expect_success(self, command):
        done = run(command)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def expect_verified(self, key, bundle, artefact):
        trust = ["--key", key, "--trusted-root", self.root, "--bundle", bundle, artefact]
        self.expect_success([CACHE / "bin/cosign", "verify-blob", *trust])
        self.chancery.run("verify", *trust)

    def test_server_continues_our_log_and_proves_over_our_tiles(self):
        artefact = self.directory / "other"
        artefact.write_text("what the server is asked to record\n")
        digest, signature, public_key = self.sign_by_openssl(artefact)
        entry = self.start_server().add(digest, signature, public_key)
        self.assertEqual(entry["logIndex"], str(OUR_ENTRIES))

        bundle = self.directory / "other.json"
        hint = text(hashlib.sha256(public_key).digest())
        bundle.write_text(json.dumps({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": [entry]},
            "messageSignature": {
                "messageDigest": {"algorithm": "SHA2_256", "digest": text(digest)},
                "signature": text(signature),
            },
        }))
        self.expect_verified(self.directory / "other.key.pem", bundle, artefact)
        self.expect_verified(self.key, f"{self.files[0]}.sigstore.json", self.files[0])
        read_log = [CACHE / "bin/read_log", self.log, self.root, self.handed_over]
        self.assertEqual(self.expect_success(read_log), f"{OUR_ENTRIES + 1}\n")
        self.chancery.run("log", "verify", "--trusted-root", self.root, self.log)

    def test_daemon_does_not_open_what_it_gave_away(self):
        with self.assertRaisesRegex(RuntimeError, "LOG_HANDED_OVER"):
            Chancery(self.directory)


if __name__ == "__main__":
    unittest.main(verbosity=2)
