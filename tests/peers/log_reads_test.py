"""What is said to whoever looks for an entry in a stock log does not arrive, or comes as something else. Three daemons
sign, and two of them die or end themselves meanwhile: the log has each signature once, and each client its answer.

Run as: log_reads_test.py RekorV1 | RekorV2
"""
import unittest

import interceptor
from elsewhere import Elsewhere

CLIENTS = 12  # of each daemon


class _LogReads(Elsewhere):
    def test_every_odd_answer(self):
        """All of them look for theirs: what the log said when it took it is lost."""
        adds, reads = self.interceptors[0], self.interceptors[-1]
        adds.order([interceptor.silence] * 3 * CLIENTS)
        self.sign_many(CLIENTS)
        self.await_entry()  # they know how large the log was, and look next
        reads.order(interceptor.FAULTS, method="GET")
        self.disturb()
        self.expect_accounts_agree()
        self.assertEqual((reads.orders_left("GET"), reads.is_trapped), (0, False))


class RekorV1(_LogReads, unittest.TestCase):
    version, intercepted = 1, ["v1"]


class RekorV2(_LogReads, unittest.TestCase):
    version, intercepted = 2, ["v2", "tiles"]


if __name__ == "__main__":
    unittest.main(verbosity=2)
