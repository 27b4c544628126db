"""A stock log is not there, dies or stands still, while three daemons sign and two of them die or end themselves: the
log has each signature once, and each client its answer.

Run as: log_away_test.py RekorV1 | RekorV2
CHANCERY_STANDS_STILL_SECONDS=600 is the long run of the log that stands still (standing_still.py).
"""
import unittest

from elsewhere import Elsewhere
from standing_still import stand_still

CLIENTS = 12  # of each daemon


class _LogAway(Elsewhere):
    def test_log_that_comes_late(self):
        self.log.kill()
        self.calm.stop()
        self.calm.start()
        self.sign_many(CLIENTS)
        self.disturb()
        self.log.start()
        self.expect_accounts_agree()

    def test_log_that_is_killed_in_the_middle(self):
        self.sign_many(CLIENTS)
        self.await_entry()
        self.log.kill()
        self.disturb()
        self.log.start()
        self.expect_accounts_agree()

    def test_log_that_stands_still_for_a_while(self):
        self.sign_many(CLIENTS)
        self.await_entry()
        stand_still(self, self.log, goes_on=f"early-{self.log_name}", waits=self.log_name)
        self.expect_accounts_agree()

    def test_what_left_before_the_log_came_is_recorded(self):
        self.log.kill()
        for chancery in self.chanceries:
            for client in chancery.sign_many(CLIENTS, f"early-{self.log_name}"):
                client.receipt()  # they do not wait for it
        self.disturb()
        self.log.start()
        self.expect_accounts_agree()


class RekorV1(_LogAway, unittest.TestCase):
    version = 1


class RekorV2(_LogAway, unittest.TestCase):
    version = 2


if __name__ == "__main__":
    unittest.main(verbosity=2)
