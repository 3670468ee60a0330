/** Time-based one-time passwords (RFC 6238) as second factor, with recovery codes. */
import { Secret, TOTP } from 'otpauth';
import { factorContext } from '../../../durable-objects/tenant-policy/factors.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { RECOVERY_CODES } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { isSealedWithOldKey, open, seal, sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';

/** RFC 6238 section 5.2: thirty seconds; one step either way for clocks that differ. */
const STEP_SECONDS = 30;
const WINDOW_STEPS = 1;

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: 'Fairlead', label, algorithm: 'SHA1', digits: 6, period: STEP_SECONDS, secret });
}

/** A fresh secret of 160 bits (RFC 4226 section 4), and the address that authenticators take it by. */
export function newFactorSecret(label: string): { secret: string; uri: string } {
  const secret = new Secret({ size: 20 }).base32;
  return { secret, uri: totpOf(secret, label).toString() };
}

/** Seals a secret for storage. */
export function sealFactorSecret(env: Env, userId: string, secret: string): Promise<string> {
  return seal(env.SEALING_KEY, factorContext(userId), secret);
}

/** Opens a sealed secret. */
function openFactorSecret(env: Env, userId: string, sealedSecret: string): Promise<string> {
  return open(env.SEALING_KEY, factorContext(userId), sealedSecret);
}

/** The time step that a code belongs to, or null when it is wrong now. */
export async function stepOfCode(
  env: Env,
  userId: string,
  sealedSecret: string,
  code: string,
  now: number,
): Promise<number | null> {
  if (!/^\d{6}$/.test(code)) return null;
  const totp = totpOf(await openFactorSecret(env, userId, sealedSecret), '');
  const delta = totp.validate({ token: code, timestamp: now, window: WINDOW_STEPS });
  return delta === null ? null : Math.floor(now / 1000 / STEP_SECONDS) + delta;
}

/** Whether a code of the authenticator, or a recovery code, is right; either is used up by it. */
export async function useFactor(
  env: Env,
  tenantId: string,
  userId: string,
  code: string,
  now: number,
): Promise<boolean> {
  const policy = tenantPolicy(env, tenantId);
  const recovery = normalizeRecoveryCode(code);
  if (recovery) return policy.useRecoveryCode(userId, await sha256Hex(`${userId}:${recovery}`));
  const factor = await policy.factor(userId);
  if (!factor?.confirmed) return false;
  const { sealedSecret } = factor;
  try {
    await openFactorSecret(env, userId, sealedSecret);
  } catch (error) {
    // Its key has left the ring: this factor opens nothing any more, and an administrator must remove it.
    loggerFor('identity', env.LOG_LEVEL)('error', 'second_factor.unreadable', { userId, error: errorText(error) });
    return false;
  }
  if (isSealedWithOldKey(env.SEALING_KEY, sealedSecret)) {
    const fresh = await sealFactorSecret(env, userId, await openFactorSecret(env, userId, sealedSecret));
    await policy.resealFactor(userId, sealedSecret, fresh);
  }
  const step = await stepOfCode(env, userId, sealedSecret, code.replaceAll(' ', ''), now);
  return step !== null && policy.useFactorStep(userId, step);
}

const ALPHABET = '23456789abcdefghjkmnpqrstvwxyz';

/** Fresh recovery codes, as shown once, and the hashes that are stored of them. */
export async function newRecoveryCodes(userId: string): Promise<{ codes: string[]; hashes: string[] }> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    // Twelve characters of thirty: 59 bits each. Bytes above the last multiple of thirty would favour some.
    const letters: string[] = [];
    while (letters.length < 12) {
      const [byte] = crypto.getRandomValues(new Uint8Array(1));
      if (byte! < 240) letters.push(ALPHABET[byte! % 30]!);
    }
    return letters.join('').replaceAll(/(.{4})(?=.)/g, '$1-');
  });
  const hashes = await Promise.all(codes.map((code) => sha256Hex(`${userId}:${normalizeRecoveryCode(code)}`)));
  return { codes, hashes };
}

function normalizeRecoveryCode(text: string): string | null {
  const code = text.toLowerCase().replaceAll(/[\s-]/g, '');
  return /^[2-9a-z]{12}$/.test(code) ? code : null;
}
