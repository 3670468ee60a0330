/** What the audit trail keeps of an act: who did what to which object, and how that differs from before, without secrets. */
import { canonicalJson, type Json, type JsonObject } from './canonical.ts';

/** The kinds of objects that acts are about. */
export const AUDIT_OBJECT_TYPES = [
  'allocation',
  'booking',
  'carrier',
  'client',
  'container',
  'connection',
  'contract',
  'dead_letter',
  'endpoint',
  'eta_model',
  'factor',
  'invitation',
  'invoice',
  'limits',
  'password',
  'policy',
  'rate',
  'sealing_key',
  'session',
  'shipment',
  'signing_key',
  'tenant',
  'tender',
  'token',
  'user',
] as const;
/** The kind of an object. */
export type AuditObjectType = (typeof AUDIT_OBJECT_TYPES)[number];

/** Who acts. */
export type AuditActor = {
  kind: 'user' | 'client' | 'connection' | 'system';
  /** The organisation of whoever acts, which need not be the one whose trail this is: operators act on tenants. */
  organisationId: string;
  /** User id, client id, connection id, or the name of a job of the platform. */
  subject: string;
  /** The session of a person; null for machines and jobs. */
  sessionId: string | null;
};

/** One act, as its producer hands it over. `platform/audit.ts` makes one. */
export type AuditRecord = {
  /** `aud_` and a ULID, made by the producer: the same record handed over twice is kept once. */
  id: string;
  /** When it was done, by the wall clock, ms since the Unix epoch. */
  at: number;
  actor: AuditActor;
  /** What was done, such as `client.disabled`: the area, a dot, the act. */
  action: string;
  object: { type: AuditObjectType; id: string };
  /** The members that differ, as they were; null of something new. */
  before: JsonObject | null;
  /** The members that differ, as they are; null of something that was removed. */
  after: JsonObject | null;
  /** From which network address; null for jobs of the platform. */
  address: string | null;
  /** Ours, which log lines have too. */
  correlationId: string;
  /** The one that the caller offered, if any. */
  callerCorrelationId: string | null;
};

/** Bytes that `before` and `after` may have each, as JSON. Ours: what differs in one act is mostly under 1 KB. */
export const AUDIT_STATE_MAX_BYTES = 8_192;

/** Words of a member's name that mean a secret: by a part of the word, or as a whole. */
const SECRET_WORD =
  /secret|passw|passphrase|pepper|token|ticket|sealed|sealing|credential|cookie|^(hash|authorization|assertion|private|recovery|otp|totp)$/;
/** Last words that make a member a fact about a secret, such as `secretRotatedAt` and `tokenId`. */
const FACT_WORD = /^(at|until|ids?|kind|type|count|seconds|days)$/;
/** Our own secrets, JSON Web Tokens, and links that let in whoever has them, by how they look. */
const SECRET_TEXT = /\b(fls|whsec)_[\w+/=-]{8}|\beyJ[\w-]+\.[\w-]+\.|[?&](token|code|ticket|secret)=/;
/** The private members of a JSON Web Key (RFC 7518 section 6). */
const PRIVATE_JWK = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Whether a member of this name may never be in the trail. */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean);
  return words.some((word) => SECRET_WORD.test(word)) && !FACT_WORD.test(words.at(-1)!);
}

/** A state without what is secret, at any depth, by name or by look; what JSON cannot say is left out as JSON does. */
export function withoutSecrets(state: object): JsonObject {
  return cleaned(JSON.parse(JSON.stringify(state)) as JsonObject) as JsonObject;
}

function cleaned(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => !isSecretText(item)).map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  const key = 'kty' in value;
  const kept = Object.entries(value).filter(
    ([name, member]) => !isSecretName(name) && !isSecretText(member) && !(key && PRIVATE_JWK.includes(name)),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, cleaned(member)]));
}

const isSecretText = (value: Json): boolean => typeof value === 'string' && SECRET_TEXT.test(value);

/** The members that differ between two states of an object; one that a state lacks is left out there. */
export function changed<T extends object>(before: T, after: T): { before: JsonObject; after: JsonObject } {
  const [was, is] = [withoutSecrets(before), withoutSecrets(after)];
  const text = (state: JsonObject, name: string): string | null =>
    Object.hasOwn(state, name) ? canonicalJson(state[name]!) : null;
  const only = (state: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(state).filter(([name]) => text(was, name) !== text(is, name)));
  return { before: only(was), after: only(is) };
}

const encoder = new TextEncoder();
const bytesOf = (value: Json): number => encoder.encode(JSON.stringify(value)).byteLength;
/** What the note on left out members may take. */
const NOTE_MAX_BYTES = 512;

/**
 * A state within AUDIT_STATE_MAX_BYTES. Of a larger one the members stay, in their order, that fit in; `leftOut` says
 * how many bytes it had and which members are missing, the first ten by name.
 */
export function boundedState(state: JsonObject): JsonObject {
  const bytes = bytesOf(state);
  if (bytes <= AUDIT_STATE_MAX_BYTES) return state;
  const kept: [string, Json][] = [];
  const missing: string[] = [];
  let used = NOTE_MAX_BYTES;
  for (const [name, member] of Object.entries(state)) {
    const size = bytesOf({ [name]: member });
    if (name === 'leftOut' || used + size > AUDIT_STATE_MAX_BYTES) missing.push(name);
    else {
      kept.push([name, member]);
      used += size;
    }
  }
  const members = missing.slice(0, 10).map((name) => name.replaceAll(/[^\w.-]/g, '?').slice(0, 40));
  return { ...Object.fromEntries(kept), leftOut: { bytes, count: missing.length, members } };
}
