"""sign.py TRUST_CONFIG TOKEN ARTEFACT: signs as the JSON on standard input says, a list of
{"bundle": FILE, "predicate_type": URI or null, "predicate": value}; null signs the artefact itself."""
import hashlib
import json
import pathlib
import sys

from sigstore import dsse, oidc
from sigstore.models import ClientTrustConfig
from sigstore.sign import SigningContext


def sign(signer, artefact, wanted):
    if wanted["predicate_type"] is None:
        return signer.sign_artifact(artefact.read_bytes())
    digest = hashlib.sha256(artefact.read_bytes()).hexdigest()
    statement = dsse.StatementBuilder(
        [dsse.Subject(name=artefact.name, digest={"sha256": digest})], wanted["predicate_type"], wanted["predicate"])
    return signer.sign_dsse(statement.build())


def main(trust_config, token, artefact):
    context = SigningContext.from_trust_config(
        ClientTrustConfig.from_json(pathlib.Path(trust_config).read_text()))
    with context.signer(oidc.IdentityToken(token)) as signer:
        for wanted in json.load(sys.stdin):
            bundle = sign(signer, pathlib.Path(artefact), wanted)
            pathlib.Path(wanted["bundle"]).write_text(bundle.to_json())


main(*sys.argv[1:])
