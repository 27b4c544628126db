// verify.js GENERATION TRUSTED_ROOT PUBLIC_KEY BUNDLE ARTEFACT ENTRIES TIMESTAMPS: exit 0 when @sigstore/verify of this
// generation accepts it with so many of each at least, 1 with its reason when not.
const crypto = require('node:crypto');
const fs = require('node:fs');
const { TrustedRoot } = require('@sigstore/protobuf-specs');

const [, , generation, ...question] = process.argv;
const modules = { 3: ['verify-3', 'bundle-4'], 4: ['@sigstore/verify', '@sigstore/bundle'] }[generation];
const { Verifier, VerificationError, toSignedEntity, toTrustMaterial } = require(modules[0]);
const { bundleFromJSON } = require(modules[1]);

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

// It finds keys by the bundle's hint, and is told that this one is good for ever.
function trust(rootFile, keyFile, bundle) {
  const rawBytes = crypto.createPublicKey(fs.readFileSync(keyFile)).export({ type: 'spki', format: 'der' });
  const { hint } = bundle.verificationMaterial.content.publicKey;
  return toTrustMaterial(TrustedRoot.fromJSON(readJson(rootFile)), { [hint]: { rawBytes } });
}

// The library leaves it to its caller whether a statement is about this artefact.
function requireSubject(envelope, artefact) {
  const digest = crypto.createHash('sha256').update(artefact).digest('hex');
  const { subject } = JSON.parse(envelope.payload.toString());
  if (!subject.some((one) => one.digest.sha256 === digest)) {
    throw new VerificationError({ code: 'SUBJECT', message: `no subject has the digest ${digest}` });
  }
}

function verify(rootFile, keyFile, bundleFile, artefactFile, entries, timestamps) {
  const artefact = fs.readFileSync(artefactFile);
  const bundle = bundleFromJSON(readJson(bundleFile));
  const options = { tlogThreshold: Number(entries), timestampThreshold: Number(timestamps) };
  new Verifier(trust(rootFile, keyFile, bundle), options).verify(toSignedEntity(bundle, artefact));
  if (bundle.content.$case === 'dsseEnvelope') requireSubject(bundle.content.dsseEnvelope, artefact);
}

try {
  verify(...question);
} catch (error) {
  if (!(error instanceof VerificationError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exit(1);
}
