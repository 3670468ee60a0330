/** Connections at the edge: found for a signature check without asking tracking each time. */
import type { ConnectionWithSecrets } from '../../../contracts/tracking/connections.ts';
import { Cache } from '../../../platform/cache.ts';
import { ANONYMOUS, type Env } from '../env.ts';
import { isSigned } from './signature.ts';

/** How long a connection's secrets are kept at the edge; that they have ended is the inbox's to know. */
const CONNECTION_TTL_MS = 5_000;
const connections = new Cache<string, ConnectionWithSecrets>({ capacity: 1_000, ttlMs: CONNECTION_TTL_MS });
/** Ids that are no guess: looked up again without counting against their sender, who may deliver for many connections. */
const EXISTS_TTL_MS = 3_600_000;
const existing = new Cache<string, true>({ capacity: 10_000, ttlMs: EXISTS_TTL_MS });

/** Who signed a delivery, if anybody did, and the connection it claims to be of, if there is one. */
export interface Signer {
  signer: ConnectionWithSecrets | null;
  known: ConnectionWithSecrets | null;
}

/** Whether there was such a connection within the hour: whoever names another one may be guessing. */
export function isKnown(id: string): boolean {
  return existing.get(id) !== undefined;
}

/** Forgets a connection that has turned out to be another by now. */
export function forgetConnection(id: string): void {
  connections.delete(id);
}

async function readConnection(env: Env, id: string): Promise<ConnectionWithSecrets | null> {
  if (!/^con_[0-9a-z]{26}$/.test(id)) return null;
  const readAt = Date.now();
  const answer = await env.TRACKING.connectionForIngest(ANONYMOUS, { id });
  if (!answer.ok) throw new Error(answer.detail);
  // Made-up ids must not push the real ones out.
  if (answer.value) {
    connections.set(id, answer.value, readAt);
    existing.set(id, true, readAt);
  }
  return answer.value;
}

/**
 * The connection that signed a delivery. A signature that does not fit may be by a secret just rotated in, so the
 * secrets are read anew; what that costs is the sender's: `refused` gives the answer to one who has had enough.
 */
export async function signerOf(
  env: Env,
  id: string,
  { headers, body }: { headers: Headers; body: Uint8Array },
  refused: () => Promise<Response | null>,
): Promise<Signer | Response> {
  const atHand = connections.get(id);
  if (atHand && (await isSigned(atHand, headers, body, Date.now()))) return { signer: atHand, known: atHand };
  const refusal = atHand ? await refused() : null;
  if (refusal) return refusal;
  const known = await readConnection(env, id);
  const signed = known !== null && (await isSigned(known, headers, body, Date.now()));
  // One that does not fit is the sender's also when the secrets had to be read first.
  const late = known && !signed && !atHand ? await refused() : null;
  if (late) return late;
  return { signer: signed ? known : null, known };
}
