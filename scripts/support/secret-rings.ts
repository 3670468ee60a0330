/** Rotation of the secrets that a file holds: a fresh one becomes current, the ones before stay readable. */
import { randomBytes } from 'node:crypto';
import { parseRing, type SecretRing } from '../../platform/secrets.ts';
import type { Secrets, WorkerName } from './secrets.ts';

/** What can be rotated in the file, by the names of the Workers' secrets. */
export const RINGS: Record<string, [worker: WorkerName, name: string][]> = {
  pepper: [['identity', 'PASSWORD_PEPPER']],
  'sealing-keys': [
    ['identity', 'SEALING_KEY'],
    ['tracking', 'SEALING_KEY'],
    ['notifications', 'SEALING_KEY'],
  ],
};

/** How many secrets a ring keeps: the current one and those that may still be in use. */
const KEPT = 3;

/** Adds a fresh secret to a ring and makes it current; the oldest beyond those kept leave it. */
export function rotateRing(text: string, fresh = randomBytes(32).toString('base64')): string {
  const { secrets } = parseRing(text);
  const ids = Object.keys(secrets).map(Number);
  const id = Math.max(...ids) + 1;
  const kept = ids.sort((a, b) => b - a).slice(0, KEPT - 1);
  const ring: SecretRing = {
    current: String(id),
    secrets: Object.fromEntries([...kept.map((old) => [String(old), secrets[old]!]), [String(id), fresh]]),
  };
  return JSON.stringify(ring);
}

/** Rotates some of a file's secrets; answers which. */
export function rotateSecrets(secrets: Secrets, what: keyof typeof RINGS): [WorkerName, string][] {
  const rotated = RINGS[what]!;
  for (const [worker, name] of rotated) secrets[worker][name] = rotateRing(secrets[worker][name]!);
  return rotated;
}
