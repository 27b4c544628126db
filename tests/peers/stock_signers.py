"""Everything that cosign and sigstore-python sign on a private Sigstore, for one artefact."""
import concurrent.futures
import dataclasses
import hashlib
import json
import pathlib
import subprocess

from chancery import CACHE, run
from private_sigstore import PERSON, REKOR, WORKFLOW

HERE = pathlib.Path(__file__).parent
REQUIREMENTS = HERE / "sigstore_python/requirements.txt"
SIGSTORE_PYTHON = CACHE / f"sigstore_python-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]}/bin/python"
NO_PASSWORD = {"COSIGN_PASSWORD": ""}

# By cosign's name; None is the artefact itself.
CONTENTS = {
    None: None,
    "slsaprovenance1": {
        "buildDefinition": {"buildType": "https://example.com/make", "externalParameters": {"target": "all"}},
        "runDetails": {"builder": {"id": "https://example.com/builder"}},
    },
    "spdxjson": {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "artefact", "packages": []},
}
PREDICATE_TYPES = {"slsaprovenance1": "https://slsa.dev/provenance/v1", "spdxjson": "https://spdx.dev/Document"}


@dataclasses.dataclass
class Signed:
    name: str
    bundle: pathlib.Path
    content: str | None
    signer: str  # "key", "person" or "workflow"

    def expectations(self, sigstore, key):
        """What a verifier must be told to accept it, in the words of cosign and of `chancery verify`."""
        if self.signer == "key":
            return ["--key", key]
        identity, issuer = {"person": (PERSON, "people"), "workflow": (WORKFLOW, "ci")}[self.signer]
        return ["--certificate-identity", identity, "--certificate-oidc-issuer", sigstore.issuer.urls[issuer]]


class StockSigners:
    def __init__(self, sigstore, artefact):
        self.sigstore = sigstore
        self.artefact = artefact
        self.directory = sigstore.directory / "signed"
        self.directory.mkdir()
        self.tokens = {"person": sigstore.token_of_person(), "workflow": sigstore.token_of_workflow()}
        self._cosign("generate-key-pair", "--output-key-prefix", self.directory / "cosign")
        self.key = self.directory / "cosign.pub"

    def sign_everything(self):
        """Rekor v2 answers once a second, however many wait: so all wait at once."""
        for content, predicate in CONTENTS.items():
            self._predicate(content).write_text(json.dumps(predicate))
        jobs = [(self.sign_by_cosign, rekor, content, signer)
                for rekor in REKOR for content in CONTENTS for signer in ("key", "person", "workflow")]
        jobs += [(self.sign_by_sigstore_python, rekor, signer) for rekor in REKOR for signer in ("person", "workflow")]
        with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
            return [signed for many in pool.map(lambda job: job[0](*job[1:]), jobs) for signed in many]

    def sign_by_cosign(self, rekor, content, signer):
        bundle = self._bundle("cosign", rekor, content, signer)
        by = (["--key", self.directory / "cosign.key"] if signer == "key"
              else ["--identity-token", self.tokens[signer]])
        what = (["sign-blob"] if content is None
                else ["attest-blob", "--type", content, "--predicate", self._predicate(content)])
        self._cosign(*what, *by, "--yes", "--trusted-root", self.sigstore.root,
                     "--signing-config", self.sigstore.signing_config(rekor), "--bundle", bundle.bundle, self.artefact)
        return [bundle]

    def sign_by_sigstore_python(self, rekor, signer):
        bundles = [self._bundle("sigstore-python", rekor, content, signer) for content in CONTENTS]
        wanted = [{"bundle": str(one.bundle), "predicate_type": PREDICATE_TYPES.get(one.content),
                   "predicate": CONTENTS[one.content]} for one in bundles]
        command = [SIGSTORE_PYTHON, HERE / "sigstore_python/sign.py", self.sigstore.trust_config(rekor),
                   self.tokens[signer], self.artefact]
        done = subprocess.run([str(word) for word in command], input=json.dumps(wanted),
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"sigstore-python: {done.stderr}")
        return bundles

    def _bundle(self, tool, rekor, content, signer):
        words = [tool, f"rekor v{rekor}", content or "blob", signer]
        return Signed(", ".join(words), self.directory / f"{'.'.join(words).replace(' ', '')}.json", content, signer)

    def _predicate(self, content):
        return self.directory / f"{content}.predicate"

    def _cosign(self, *words):
        done = run([CACHE / "bin/cosign", *words], NO_PASSWORD)
        if done.returncode != 0:
            raise RuntimeError(f"cosign {words}: {done.stderr}")
