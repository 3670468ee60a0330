/** Passwords: argon2id, 19 MiB, t=2, p=1 (OWASP's first choice), unique salt, pepper, PHC string. */
import Argon2, { Argon2Type } from '@phi-ag/argon2';
import wasm from '@phi-ag/argon2/argon2.wasm';
import { base64 } from '../../../platform/ids.ts';
import { hmacSha256, parseRing } from '../../../platform/secrets.ts';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, hashLength: 32, type: Argon2Type.Argon2id };
const PHC_PREFIX = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;
const encoder = new TextEncoder();

/** A password as it is stored: the PHC string, and which pepper went into it. */
export interface StoredPassword {
  passwordHash: string;
  pepperId: string;
}

let instance: Argon2 | null = null;

async function argon2(): Promise<Argon2> {
  instance ??= new Argon2(await WebAssembly.instantiate(wasm));
  return instance;
}

async function peppered(pepper: string, password: string): Promise<string> {
  return base64(await hmacSha256(encoder.encode(pepper), encoder.encode(password.normalize('NFKC'))));
}

/** Hashes a password for storage, with the ring's current pepper. */
export async function hashPassword(ring: string, password: string): Promise<StoredPassword> {
  const { current, secrets } = parseRing(ring);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const { encoded } = (await argon2()).hash(await peppered(secrets[current]!, password), { ...PARAMETERS, salt });
  return { passwordHash: encoded, pepperId: current };
}

let decoy: StoredPassword | null = null;

/** Checks a password. Without a stored one (unknown user) the same work is done, so time tells nothing. */
export async function checkPassword(ring: string, stored: StoredPassword | null, password: string): Promise<boolean> {
  decoy ??= await hashPassword(ring, 'no such user');
  const { passwordHash, pepperId } = stored ?? decoy;
  const pepper = parseRing(ring).secrets[pepperId];
  // A pepper that has left the ring: nobody can get in by this hash any more, only by a reset.
  const text = await peppered(pepper ?? 'gone', password);
  const { success } = (await argon2()).tryVerify(passwordHash, text);
  return success && stored !== null && pepper !== undefined;
}

/** Whether a stored password was made with other parameters or another pepper than a new one would be. */
export function isOutdated(ring: string, stored: StoredPassword): boolean {
  return stored.pepperId !== parseRing(ring).current || !stored.passwordHash.startsWith(PHC_PREFIX);
}
