// Asks @sigstore/verify whether it accepts a bundle under a public key:
//   node verify-bundle.mjs BUNDLE KEY.pem
// Run it where @sigstore/bundle and @sigstore/verify 3.1.1 can be resolved. Exit 0 means yes;
// 1 means no, with the reason on standard error.
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity } = require('@sigstore/verify');

const [bundleFile, keyFile] = process.argv.slice(2);
const publicKey = createPublicKey(readFileSync(keyFile));
const id = createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex');

/** Only the hint that names this very key finds it. */
function find(hint) {
  if (hint !== id) throw new Error(`the bundle hints at key ${hint}, not at ${id}`);
  return { publicKey, validFor: () => true };
}

const trust = {
  certificateAuthorities: [],
  timestampAuthorities: [],
  tlogs: [],
  ctlogs: [],
  publicKey: find,
};
const thresholds = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };

try {
  const bundle = bundleFromJSON(JSON.parse(readFileSync(bundleFile, 'utf8')));
  new Verifier(trust, thresholds).verify(toSignedEntity(bundle));
} catch (error) {
  process.stderr.write(`refused: ${error.message}\n`);
  process.exit(1);
}
