"""What a stock log says does not arrive, or comes as something else. Three daemons sign, and two of them die or end
themselves meanwhile: the log has each signature once, and each client its answer.

Run as: log_answers_test.py RekorV1 | RekorV2
"""
import signal
import unittest

import interceptor
from elsewhere import Elsewhere

CLIENTS = 12  # of each daemon


class _LogAnswers(Elsewhere):
    def test_every_odd_answer(self):
        """Each to an entry that the log has then, and to one that it has not got."""
        self.between.order(interceptor.FAULTS, arrives=True)
        self.between.order(interceptor.FAULTS, arrives=False)
        self.sign_many(CLIENTS)
        self.disturb()
        self.expect_accounts_agree()
        self.assertEqual((self.between.orders_left(), self.between.is_trapped), (0, False))

    def test_answers_that_are_lost_before_the_log_dies(self):
        """A Rekor v2 that is started anew does not know what it has: what is sent again is there twice."""
        self.between.order([interceptor.silence] * 3 * CLIENTS)
        self.sign_many(CLIENTS)
        self.disturb()
        self.await_entry()
        self.log.kill()
        self.log.start()
        self.expect_accounts_agree()

    def test_answer_to_somebody_else_is_not_believed(self):
        self.calm.sign_many(1, self.log_name)[0].receipt()
        self.between.order([interceptor.of_the_first] * 3 * CLIENTS)
        self.sign_many(CLIENTS)
        self.await_message("LOG_ANSWER_NOT_OURS")
        self.disturb()
        self.expect_accounts_agree()

    def test_log_that_stands_still_until_it_is_in_doubt(self):
        """A proxy before the log gives up on it; the log goes on with what it was asked when it can."""
        self.log.process.send_signal(signal.SIGSTOP)
        self.between.patience = interceptor.PATIENCE_SECONDS
        self.sign_many(CLIENTS)
        self.await_message("HTTP_ANSWER_MISSING")
        self.disturb()
        self.between.patience = None
        self.log.process.send_signal(signal.SIGCONT)
        self.expect_accounts_agree()


class RekorV1(_LogAnswers, unittest.TestCase):
    version, intercepted = 1, ["v1"]


class RekorV2(_LogAnswers, unittest.TestCase):
    version, intercepted = 2, ["v2"]


if __name__ == "__main__":
    unittest.main(verbosity=2)
