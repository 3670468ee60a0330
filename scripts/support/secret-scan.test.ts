import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scanRepository, scanText } from './secret-scan.ts';

// Each is made at random and in pieces here, so that this file itself holds none.
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const letters = (n: number, alphabet: string): string =>
  Array.from(randomBytes(n), (b) => alphabet[b % alphabet.length]).join('');
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const jwt = [
  { alg: 'ES256', typ: 'at+jwt' },
  { sub: 'somebody', tenant: 'ten_x' },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat(randomBytes(64).toString('base64url'))
  .join('.');

const SEEDED: [string, string][] = [
  ['a private JWK', JSON.stringify(privateKey.export({ format: 'jwk' }))],
  ['a symmetric JWK', JSON.stringify({ kty: 'oct', k: randomBytes(32).toString('base64url') })],
  ['a private key in PEM', String(privateKey.export({ format: 'pem', type: 'pkcs8' }))],
  ['a webhook secret', `secret = 'whsec_${randomBytes(32).toString('base64')}'`],
  ['a client secret', `fls_${randomBytes(32).toString('base64url')}`],
  ['a JWT', `authorization: Bearer ${jwt}`],
  ['an AWS access key', `aws_access_key_id = AKIA${letters(16, UPPER)}`],
  ['a Google API key', `key=AIza${letters(35, UPPER)}`],
  ['a password in an address', `postgres://owner:${letters(12, UPPER)}@db.example/fairlead`],
];

describe('the scanner', () => {
  it.each(SEEDED)('catches %s', async (_name, secret) => {
    const found = await scanText('seeded.ts', `const ordinary = 1;\n${secret}\n`);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatchObject({ file: 'seeded.ts', line: 2 });
    expect(JSON.stringify(found)).not.toContain(secret.slice(-20));
  });

  it('leaves ordinary code alone', async () => {
    expect(await scanText('a.ts', "const header = 'webhook-signature: v1,<base64>'; // whsec_...")).toEqual([]);
  });

  it('finds none in the files that git knows', async () => {
    const { files, findings } = await scanRepository();
    expect(files).toBeGreaterThan(200);
    expect(findings).toEqual([]);
  });
});
