"""A stock log has another key, is frozen, or has impatient clients. Three daemons sign, and two of them die or end
themselves meanwhile: the log has each signature once, and each client its answer.

Run as: log_changes_test.py RekorV1 | RekorV2
"""
import contextlib
import threading
import unittest

from authority import make_key
from elsewhere import Elsewhere
from stranger import Stranger

CLIENTS = 12  # of each daemon
IMPATIENT_TIMES_MAX = 20
IMPATIENT_SECONDS = 0.5


class _LogChanges(Elsewhere):
    def sign_meanwhile(self, words, *changed):
        """When the log is another for so long that each daemon has said so."""
        self.log.kill()
        self.log.start(*changed)
        self.sign_many(CLIENTS)
        self.await_message(words)
        self.disturb()
        self.log.kill()
        self.log.start()


class RekorV1(_LogChanges, unittest.TestCase):
    version = 1

    def test_log_with_another_key_is_not_believed(self):
        self.sign_meanwhile("LOG_ANSWER_NOT_PROVEN", "--rekor_server.signer", make_key(self.directory / "other"))
        self.expect_accounts_agree()


class RekorV2(_LogChanges, unittest.TestCase):
    version = 2

    def setUp(self):
        super().setUp()
        self.stranger = Stranger(self.directory / "stranger")

    def test_log_with_another_key_is_not_believed(self):
        key = make_key(self.directory / "other", "ED25519")
        self.sign_meanwhile("is not to be believed", f"--signer-filepath={key}")  # its answer or its checkpoint
        # It signs a checkpoint when somebody has added something, and not before.
        self.stranger.add_one(self.log)
        self.expect_accounts_agree(strangers_max=1)

    def test_frozen_log_takes_it_when_it_has_thawed(self):
        self.sign_meanwhile("LOG_FROZEN", "--read-only", "--log-level=error")
        self.expect_accounts_agree()

    def test_client_that_hangs_up_on_the_log_costs_us_nothing(self):
        """Rekor v2.3.0 answers 499 to all who came to wait after it."""
        for _ in range(IMPATIENT_TIMES_MAX):
            impatient = threading.Thread(target=self.be_impatient)
            impatient.start()
            self.sign_many(2)
            impatient.join()
            if "status 499" in self.calm.said():
                break
        self.assertIn("status 499", self.calm.said())
        self.disturb()
        self.expect_accounts_agree(strangers_max=IMPATIENT_TIMES_MAX)

    def be_impatient(self):
        with contextlib.suppress(OSError):  # the log may be quicker
            self.stranger.add_one(self.log, IMPATIENT_SECONDS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
