"""A stock log that has a signature says so when it is asked to record it again; both who asked refer to the same entry.

Run as: log_duplicates_test.py RekorV1 | RekorV2
"""
import unittest

from elsewhere import Elsewhere


class _LogDuplicates(Elsewhere):
    def test_rsa_signature_is_the_same_again(self):
        for _ in range(2):
            for chancery in self.chanceries:
                chancery.sign_many(1, f"rsa-{self.log_name}", b"signed twice")
            self.expect_accounts_agree()
            self.assertEqual(len(self.leaves()), len(self.chanceries))
        self.assertEqual(self.between.statuses[409], len(self.chanceries))


class RekorV1(_LogDuplicates, unittest.TestCase):
    version, intercepted, profiles = 1, ["v1"], ["rsa-v1"]


class RekorV2(_LogDuplicates, unittest.TestCase):
    version, intercepted, profiles = 2, ["v2"], ["rsa-v2"]


if __name__ == "__main__":
    unittest.main(verbosity=2)
