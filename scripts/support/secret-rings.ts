/** Rotation of the secrets that a file holds: a fresh one becomes current, and the ones before stay as long as something needs them. */
import { randomBytes } from 'node:crypto';
import { parseRing, type SecretRing } from '../../platform/secrets.ts';
import type { Secrets, WorkerName } from './secrets.ts';

/** What can be rotated in the file, by the names of the Workers' secrets. */
export const RINGS = {
  pepper: [['identity', 'PASSWORD_PEPPER']],
  'sealing-keys': [
    ['identity', 'SEALING_KEY'],
    ['tracking', 'SEALING_KEY'],
    ['notifications', 'SEALING_KEY'],
  ],
  'token-keys': [
    ['identity', 'TOKEN_KEY'],
    ['tracking', 'TOKEN_KEY'],
  ],
  operator: [['identity', 'OPERATOR_SECRET']],
} satisfies Record<string, [worker: WorkerName, name: string][]>;
/** What can be rotated in the file. */
export type RingName = keyof typeof RINGS;

/** Earlier secrets that a ring holds at most: more means that what they are needed for is never looked after. */
const EARLIER_MAX = 8;
/** The longest life of what carries a check under a token key: a session (platform/limits.ts, SESSION_MAX_SECONDS). */
const TOKEN_LIFE_MS = 14 * 86_400_000;

/** Why an earlier secret of a ring must stay; null when nothing needs it. */
export type Needed = (keyId: string) => string | null;

/** A rotation that would leave something behind that nothing can open any more. */
export class StrandingError extends Error {}

/** The present secret of a ring. */
export function currentSecret(text: string): string {
  const { current, secrets } = parseRing(text);
  return secrets[current]!;
}

/** A ring's secrets with their ids, the newest first. */
export function newestFirst(text: string): { id: string; secret: string }[] {
  const { secrets } = parseRing(text);
  return Object.entries(secrets)
    .map(([id, secret]) => ({ id, secret }))
    .sort((a, b) => Number(b.id) - Number(a.id));
}

/** The ids of a ring's earlier secrets. */
export function earlierIds(text: string): string[] {
  const { current, secrets } = parseRing(text);
  return Object.keys(secrets).filter((id) => id !== current);
}

/**
 * Adds a fresh secret to a ring and makes it current. Earlier ones leave unless something needs them; when too many
 * would stay, the rotation is refused with what they are needed for.
 */
export function rotateRing(
  text: string,
  needed: Needed = () => 'something may still need it',
  fresh = randomBytes(32).toString('base64'),
  now = Date.now(),
): string {
  const { current, secrets, replacedAt = {} } = parseRing(text);
  const id = String(Math.max(...Object.keys(secrets).map(Number)) + 1);
  const times = { ...replacedAt, [current]: new Date(now).toISOString() };
  // The one that is current until now is needed at least until the platform runs with the fresh one.
  const kept = Object.keys(secrets).filter((old) => old === current || needed(old) !== null);
  if (kept.length > EARLIER_MAX) {
    const reasons = kept.filter((old) => old !== current).map((old) => `${old}: ${needed(old)}`);
    throw new StrandingError(`Earlier secrets are still needed (${reasons.join('; ')}).`);
  }
  return JSON.stringify(ringOf(id, { ...pick(secrets, kept), [id]: fresh }, pick(times, kept)));
}

/** Drops the earlier secrets of a ring that nothing needs. */
export function pruneRing(text: string, needed: Needed): string {
  const { current, secrets, replacedAt = {} } = parseRing(text);
  const kept = Object.keys(secrets).filter((id) => id === current || needed(id) !== null);
  return kept.length === Object.keys(secrets).length
    ? text
    : JSON.stringify(ringOf(current, pick(secrets, kept), pick(replacedAt, kept)));
}

/** What needs an earlier token key: whatever was handed out under it, for as long as that may live. */
export function neededForTokens(text: string, now = Date.now()): Needed {
  const { replacedAt = {} } = parseRing(text);
  return (id) => {
    const at = Date.parse(replacedAt[id] ?? '');
    if (Number.isNaN(at) || at + TOKEN_LIFE_MS > now) {
      const until = Number.isNaN(at) ? 'an unknown day' : new Date(at + TOKEN_LIFE_MS).toISOString().slice(0, 10);
      return `sessions and links that were made under it live until ${until}`;
    }
    return null;
  };
}

const ringOf = (current: string, secrets: Record<string, string>, replacedAt: Record<string, string>): SecretRing => ({
  current,
  secrets,
  replacedAt,
});

const pick = (from: Record<string, string>, ids: readonly string[]): Record<string, string> =>
  Object.fromEntries(ids.flatMap((id) => (from[id] === undefined ? [] : [[id, from[id]]])));

/** Rotates some of a file's secrets; answers which. `needed` says of a Worker's ring what its earlier secrets are for. */
export function rotateSecrets(
  secrets: Secrets,
  what: RingName,
  needed?: (worker: WorkerName, text: string) => Needed,
): [WorkerName, string][] {
  const rings: [WorkerName, string][] = [...RINGS[what]];
  // All of them or none: a refusal of one must not leave the others rotated.
  const rotated = rings.map(([worker, name]) => {
    const text = secrets[worker][name]!;
    return rotateRing(text, needed?.(worker, text), freshFor(what));
  });
  for (const [i, [worker, name]] of rings.entries()) secrets[worker][name] = rotated[i]!;
  return rings;
}

/** The operator's secret is typed and sent in forms; the others are raw keys. */
const freshFor = (what: RingName): string => randomBytes(32).toString(what === 'operator' ? 'base64url' : 'base64');
