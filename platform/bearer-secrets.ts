/**
 * Secrets that are handed out and come back: codes, refresh tokens, links, tickets. Each names its organisation
 * and carries a keyed check, so that a made-up one is refused before any object or table is asked for it.
 */
import { base64Url, randomToken } from './ids.ts';
import { equalBytes, hmacSha256, parseRing } from './secrets.ts';

/** What a secret is for: one made for one purpose is nothing for another. */
export type Purpose = 'code' | 'refresh' | 'pending' | 'link' | 'ticket';

/** 128 bits: nobody guesses a check, and whoever did would still need the secret's own 256 bits. */
const CHECK_BYTES = 16;
const FORM = /^((?:ten|car)_[0-9a-z]{26}|platform)\.([A-Za-z0-9_-]{43})\.(\w{1,10})\.([A-Za-z0-9_-]{22})$/;
const encoder = new TextEncoder();

async function checkOf(key: string, purpose: string, organisation: string, random: string): Promise<string> {
  const text = `${purpose}.${organisation}.${random}`;
  return base64Url((await hmacSha256(encoder.encode(key), encoder.encode(text))).subarray(0, CHECK_BYTES));
}

async function assemble(ring: string, purpose: Purpose, organisation: string, random: string): Promise<string> {
  const { current, secrets } = parseRing(ring);
  const check = await checkOf(secrets[current]!, purpose, organisation, random);
  return `${organisation}.${random}.${current}.${check}`;
}

/** A fresh secret of an organisation: `organisation.random.key.check`, with 256 random bits. */
export function newBearerSecret(ring: string, purpose: Purpose, organisation: string): Promise<string> {
  return assemble(ring, purpose, organisation, randomToken());
}

/** The organisation that a secret of ours names; null when it was not made here, for this purpose, under a key of the ring. */
export async function organisationOfSecret(
  ring: string,
  purpose: Purpose,
  secret: string | undefined,
): Promise<string | null> {
  const [, organisation, random, keyId, check] = FORM.exec(secret ?? '') ?? [];
  if (!organisation || !random || !keyId || !check) return null;
  const key = parseRing(ring).secrets[keyId];
  if (!key) return null;
  // As text: base64url has several spellings of the same bytes, and one of them alone was handed out.
  const expected = await checkOf(key, purpose, organisation, random);
  return equalBytes(encoder.encode(check), encoder.encode(expected)) ? organisation : null;
}

/**
 * The refresh token that follows another of the same organisation. It is derived, so that a renewal that is
 * asked again answers the same successor without any token being stored; without the key nobody can derive it.
 */
export async function successorOf(ring: string, organisation: string, token: string): Promise<string> {
  const { current, secrets } = parseRing(ring);
  const derived = await hmacSha256(encoder.encode(secrets[current]), encoder.encode(`successor.${token}`));
  return assemble(ring, 'refresh', organisation, base64Url(derived));
}
