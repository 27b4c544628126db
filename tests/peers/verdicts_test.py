"""What cosign, sigstore-python and @sigstore/verify say of our whole catalogue of faults, beside what we say. Wherever
one says otherwise, docs/verification.md explains it, and explains nothing that is not so."""
import json
import pathlib
import re
import tempfile
import unittest

import stock_verifiers
from chancery import PROGRAMS, run

PAGE = pathlib.Path(__file__).parents[2] / "docs/verification.md"
VERIFIERS = {"cosign": stock_verifiers.cosign, "python": stock_verifiers.sigstore_python,
             "js": stock_verifiers.sigstore_js}
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| ([a-z, ]+) \| [^|]+ \|$", re.M)


def explained():
    """Pairs of a case and a verifier that says otherwise, as the page has them."""
    section = PAGE.read_text(encoding="utf-8").split("## Where others say otherwise")[1]
    return {(case, verifier) for cases, verifiers in ROW.findall(section)
            for case in re.findall(r"`(\w+)`", cases) for verifier in verifiers.split(", ")}


class Verdicts(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        done = run([PROGRAMS / "write_catalogue", self.directory])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cases = [self.locate(case) for case in json.loads((self.directory / "cases.json").read_text())]

    def locate(self, case):
        place = self.directory / case["name"]
        files = {"root": "trusted_root.json", "bundle": "bundle.sigstore.json", "artifact": "artifact"}
        if "key" in case:
            files["key"] = "key.pem"
        return case | {name: str(place / file) for name, file in files.items()}

    def judged_by(self, verifier):
        # sigstore-python judges certificates alone.
        return [case for case in self.cases if verifier != "python" or "key" not in case]

    def test_command_says_what_the_catalogue_expects(self):
        for case in self.cases:
            with self.subTest(case["name"]):
                signer = (["--key", case["key"]] if "key" in case else
                          ["--certificate-identity", case["identity"], "--certificate-oidc-issuer", case["issuer"]])
                done = run([PROGRAMS / "chancery", "verify", "--json", "--trusted-root", case["root"],
                            "--bundle", case["bundle"], *signer, case["artifact"]])
                answer = json.loads(done.stdout)
                self.assertEqual(answer["error"]["reason"] if "error" in answer else "accepted", case["expected"])
                # A root that cannot be read is no verdict.
                status = 3 if case["expected"].startswith("TRUSTED_ROOT_") else 1
                self.assertEqual(done.returncode, 0 if case["expected"] == "accepted" else status)

    def test_every_disagreement_is_explained(self):
        seen = {}
        for verifier, judge in VERIFIERS.items():
            cases = self.judged_by(verifier)
            for case, reason in zip(cases, judge(cases), strict=True):
                if (reason is None) != (case["expected"] == "accepted"):
                    seen[case["name"], verifier] = f"we: {case['expected']}; {verifier}: {reason or 'accepted'}"
        known = explained()
        unexplained = {pair: what for pair, what in seen.items() if pair not in known}
        self.assertEqual(unexplained, {})
        self.assertEqual(known - set(seen), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
