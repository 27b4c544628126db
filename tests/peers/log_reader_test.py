"""Our log's files are read by the libraries of stock monitors, at sizes on both sides of every kind of tile."""
import hashlib
import tempfile
import time
import unittest

from chancery import CACHE, Chancery, run

SIZES = [1, 2, 255, 256, 257, 70_000]
DIGESTS_AT_ONCE = 5_000  # what a command line holds


class LogReader(unittest.TestCase):
    def test_log_grows_under_its_readers(self):
        with tempfile.TemporaryDirectory(prefix="chancery-peers-") as folder:
            chancery = Chancery(folder)
            try:
                self.check_sizes(chancery)
            finally:
                chancery.stop()

    def check_sizes(self, chancery):
        root = chancery.keep("trusted_root.json", "trust", "export")
        log, before = chancery.state / "log", chancery.directory / "before"
        since = []
        for old, new in zip([0, *SIZES], SIZES):
            grow(chancery, old, new)
            await_published(log, new)
            done = run([CACHE / "bin/read_log", log, root, *since])
            self.assertEqual((done.stdout, done.stderr), (f"{new}\n", ""))
            before.write_bytes((log / "checkpoint").read_bytes())
            since = [before]


def grow(chancery, old, new):
    for start in range(old, new, DIGESTS_AT_ONCE):
        options = []
        for index in range(start, min(start + DIGESTS_AT_ONCE, new)):
            options += ["--digest", "sha256:" + hashlib.sha256(str(index).encode()).hexdigest()]
        chancery.run("sign", *options)


def await_published(log, size):
    # The files follow the answers (docs/configuration: publish_interval_ms).
    while int((log / "checkpoint").read_text().splitlines()[1]) < size:
        time.sleep(0.01)


if __name__ == "__main__":
    unittest.main(verbosity=2)
