"""The clock of a stock log or authority and ours are an hour apart until somebody sets ours. Three daemons sign, and two
of them die or end themselves meanwhile: what the service says is reported, and the log has each signature once."""
import unittest

from elsewhere import Elsewhere

CLIENTS = 12  # of each daemon
BEHIND_SECONDS = -3600


class _Clocks(Elsewhere):
    program = "staged_chanceryd"

    def set_clocks(self, seconds):
        for chancery in self.chanceries:
            chancery.clock.write_text(str(seconds))

    def test_service_whose_clock_is_ahead_of_ours(self):
        self.set_clocks(BEHIND_SECONDS)
        self.sign_many(CLIENTS)
        self.await_message(self.report)
        self.disturb()
        self.set_clocks(0)
        self.expect_accounts_agree()


class RekorV1(_Clocks, unittest.TestCase):
    version, report = 1, "LOG_TIME_IMPLAUSIBLE"


class Authority(_Clocks, unittest.TestCase):
    version, report = 2, "TIMESTAMP_TIME_IMPLAUSIBLE"


if __name__ == "__main__":
    unittest.main(verbosity=2)
