// Prints a new API key for its user, and its entry for BLIPQ_API_KEYS_FILE, which holds only the hash.
import { randomBytes } from 'node:crypto';
import { tenantName } from '@blipq/contracts';
import { hashOf } from './gates/api-keys.js';

const name = process.argv[2] ?? '';
if (!tenantName.safeParse(name).success) {
  process.stderr.write('usage: make-key NAME    (up to 64 letters, digits, ".", "-" or "_")\n');
  process.exitCode = 1;
} else {
  const secret = `blipq_${randomBytes(24).toString('base64url')}`;
  const entry = { name, sha256: hashOf(secret).toString('hex') };
  process.stdout.write(`key    ${secret}\nentry  ${JSON.stringify(entry)}\n`);
}
