"""The stock ttrpc client for Go, with code generated from our .proto files, is understood and answered."""
import tempfile
import unittest

from chancery import CACHE, Chancery, run


class TtrpcClient(unittest.TestCase):
    def test_every_kind_of_call(self):
        with tempfile.TemporaryDirectory(prefix="chancery-peers-") as folder:
            chancery = Chancery(folder)
            try:
                done = run([CACHE / "bin/ttrpc_go", chancery.socket])
            finally:
                chancery.stop()
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
