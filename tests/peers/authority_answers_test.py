"""What a stock timestamp authority says does not arrive, or comes as something else. Three daemons sign, and two of them
die or end themselves meanwhile: the log has each signature once, and each client its answer."""
import signal
import unittest

import interceptor
from elsewhere import Elsewhere

CLIENTS = 12  # of each daemon


class AuthorityAnswers(Elsewhere, unittest.TestCase):
    profiles = ["v2"]
    intercepted = ["first"]

    def test_every_odd_answer(self):
        self.between.order(interceptor.FAULTS)
        self.sign_many(CLIENTS)
        self.disturb()
        self.expect_accounts_agree()
        self.assertEqual((self.between.orders_left(), self.between.is_trapped), (0, False))

    def test_answer_to_somebody_else_is_not_believed(self):
        self.calm.sign_many(1, "v2")[0].receipt()
        self.between.order([interceptor.of_the_first] * 3 * CLIENTS)
        self.sign_many(CLIENTS)
        self.await_message("TIMESTAMP_ANSWER_NOT_BELIEVED")
        self.disturb()
        self.expect_accounts_agree()

    def test_authority_that_stands_still_until_somebody_gives_up(self):
        self.sigstore.tsa["first"].process.send_signal(signal.SIGSTOP)
        self.between.patience = interceptor.PATIENCE_SECONDS
        self.sign_many(CLIENTS)
        self.await_message("TIMESTAMP_FAILED")
        self.disturb()
        self.between.patience = None
        self.sigstore.tsa["first"].process.send_signal(signal.SIGCONT)
        self.expect_accounts_agree()


if __name__ == "__main__":
    unittest.main(verbosity=2)
