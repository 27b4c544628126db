"""verify.py: judges the cases on standard input, a JSON list of
{"root": FILE, "bundle": FILE, "artifact": FILE, "identity": TEXT, "issuer": URL},
and prints a list of what sigstore-python says: null where it accepts, else why it does not."""
import hashlib
import json
import pathlib
import sys

from sigstore.errors import Error
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

IN_TOTO = "application/vnd.in-toto+json"


def require_subject(payload_type, payload, artefact):
    """What the library leaves to its caller."""
    if payload_type != IN_TOTO:
        raise Error(f"payload type {payload_type}")
    digest = hashlib.sha256(artefact).hexdigest()
    if not any(subject["digest"].get("sha256") == digest for subject in json.loads(payload)["subject"]):
        raise Error("no subject has the digest")


def verify(case):
    verifier = Verifier(trusted_root=TrustedRoot.from_file(case["root"]))
    expected = policy.Identity(identity=case["identity"], issuer=case["issuer"])
    artefact = pathlib.Path(case["artifact"]).read_bytes()
    bundle = Bundle.from_json(pathlib.Path(case["bundle"]).read_bytes())
    if bundle._inner.message_signature is None:
        require_subject(*verifier.verify_dsse(bundle, expected), artefact)
    else:
        verifier.verify_artifact(artefact, bundle, expected)


def reason(case):
    try:
        verify(case)
    except Exception as error:  # it lets those of its libraries through
        return f"{type(error).__name__}: {error}"[:300]
    return None


json.dump([reason(case) for case in json.load(sys.stdin)], sys.stdout)
