"""Our clients of Rekor v1, Rekor v2 and timestamp authorities against the stock ones."""
import pathlib
import tempfile
import unittest

from chancery import PROGRAMS, run
from private_sigstore import REKOR, TSA, PrivateSigstore


class RemoteServices(unittest.TestCase):
    def test_stock_services_record_and_stamp_for_us(self):
        with tempfile.TemporaryDirectory() as directory:
            sigstore = PrivateSigstore(pathlib.Path(directory))
            try:
                done = run([PROGRAMS / "remote_services", sigstore.root, REKOR[1], REKOR[2],
                            sigstore.tiles.url, TSA["first"]])
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(len(done.stdout.splitlines()), 9, done.stdout)
            finally:
                sigstore.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
