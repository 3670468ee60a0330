/** Passwords: argon2id, 19 MiB, t=2, p=1 (OWASP's first choice), unique salt, pepper, PHC string. */
import Argon2, { Argon2Type } from '@phi-ag/argon2';
import wasm from '@phi-ag/argon2/argon2.wasm';
import { base64 } from '../../platform/ids.ts';
import { hmacSha256 } from '../../platform/secrets.ts';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, hashLength: 32, type: Argon2Type.Argon2id };
const encoder = new TextEncoder();

let instance: Argon2 | null = null;

async function argon2(): Promise<Argon2> {
  instance ??= new Argon2(await WebAssembly.instantiate(wasm));
  return instance;
}

async function peppered(pepper: string, password: string): Promise<string> {
  return base64(await hmacSha256(encoder.encode(pepper), encoder.encode(password.normalize('NFKC'))));
}

/** Hashes a password for storage. */
export async function hashPassword(pepper: string, password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return (await argon2()).hash(await peppered(pepper, password), { ...PARAMETERS, salt }).encoded;
}

let decoy: string | null = null;

/** Checks a password. Without a hash (unknown user) the same work is done, so time tells nothing. */
export async function checkPassword(pepper: string, hash: string | null, password: string): Promise<boolean> {
  decoy ??= await hashPassword(pepper, 'no such user');
  const text = await peppered(pepper, password);
  const { success } = (await argon2()).tryVerify(hash ?? decoy, text);
  return success && hash !== null;
}
