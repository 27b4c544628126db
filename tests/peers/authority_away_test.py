"""A stock timestamp authority is not there, dies, stands still, or signs with another key. Three daemons sign, and two of
them die or end themselves meanwhile: the log has each signature once, and each client its answer.

CHANCERY_STANDS_STILL_SECONDS=600 is the long run of the authority that stands still (standing_still.py).
"""
import unittest

from authority import Authority
from busy_chancery import await_state
from elsewhere import Elsewhere
from private_sigstore import authority_options
from standing_still import stand_still

CLIENTS = 12  # of each daemon


class AuthorityAway(Elsewhere, unittest.TestCase):
    profiles = ["v2", "next-v2", "two-v2"]

    def setUp(self):
        super().setUp()
        self.first = self.sigstore.tsa["first"]

    def await_a_signature(self):
        await_state("one is signed", lambda: self.calm.status()["log"]["size"] > 0)

    def test_authority_that_comes_late(self):
        """Where one will do the next stands in; where both are wanted it is waited for."""
        self.first.kill()
        self.calm.stop()
        self.calm.start()
        for chancery in self.chanceries:
            for client in chancery.sign_many(CLIENTS // 3, "next-v2"):
                client.receipt()
        self.sign_many(CLIENTS // 3, "v2")
        self.sign_many(CLIENTS // 3, "two-v2")
        self.disturb()
        self.first.start()
        self.expect_accounts_agree()

    def test_authority_that_is_killed_in_the_middle(self):
        self.sign_many(CLIENTS)
        self.await_a_signature()
        self.first.kill()
        self.disturb()
        self.first.start()
        self.expect_accounts_agree()

    def test_authority_that_stands_still_for_a_while(self):
        self.sign_many(CLIENTS)
        self.await_a_signature()
        stand_still(self, self.first, goes_on="next-v2", waits="v2")
        self.expect_accounts_agree()

    def test_authority_with_another_key_is_not_believed(self):
        self.first.kill()
        self.first.start(*authority_options(Authority(self.directory / "other", "timeStamping")))
        self.sign_many(CLIENTS)
        self.await_message("TIMESTAMP_ANSWER_NOT_BELIEVED")
        self.disturb()
        self.first.kill()
        self.first.start()
        self.expect_accounts_agree()


if __name__ == "__main__":
    unittest.main(verbosity=2)
