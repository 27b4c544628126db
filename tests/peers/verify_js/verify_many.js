// verify_many.js: judges the cases on standard input, a JSON list of
// {"root": FILE, "bundle": FILE, "artifact": FILE, "identity": TEXT, "issuer": URL} or with "key": FILE instead of the
// last two, and prints a list of what @sigstore/verify says: null where it accepts, else why it does not.
const crypto = require('node:crypto');
const fs = require('node:fs');
const { bundleFromJSON } = require('@sigstore/bundle');
const { TrustedRoot } = require('@sigstore/protobuf-specs');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

// It finds keys by the bundle's hint, and is told that this one is good for ever.
function trust(one, bundle) {
  const root = TrustedRoot.fromJSON(readJson(one.root));
  if (!one.key) return toTrustMaterial(root);
  const rawBytes = crypto.createPublicKey(fs.readFileSync(one.key)).export({ type: 'spki', format: 'der' });
  return toTrustMaterial(root, { [bundle.verificationMaterial.content.publicKey.hint]: { rawBytes } });
}

// The library leaves it to its caller whether a statement is about this artefact.
function requireSubject(envelope, artefact) {
  const digest = crypto.createHash('sha256').update(artefact).digest('hex');
  const { subject } = JSON.parse(envelope.payload.toString());
  if (!subject.some((each) => each.digest.sha256 === digest)) throw new Error('no subject has the digest');
}

function verify(one) {
  const artefact = fs.readFileSync(one.artifact);
  const bundle = bundleFromJSON(readJson(one.bundle));
  const signer = one.key ? undefined : { subjectAlternativeName: one.identity, extensions: { issuer: one.issuer } };
  const options = { tlogThreshold: 1, ctlogThreshold: one.key ? 0 : 1, timestampThreshold: one.key ? 0 : 1 };
  new Verifier(trust(one, bundle), options).verify(toSignedEntity(bundle, artefact), signer);
  if (bundle.content.$case === 'dsseEnvelope') requireSubject(bundle.content.dsseEnvelope, artefact);
}

function reason(one) {
  try {
    verify(one);
    return null;
  } catch (error) {
    return `${error.code || error.name}: ${error.message}`.slice(0, 300);
  }
}

console.log(JSON.stringify(readJson(0).map(reason)));
