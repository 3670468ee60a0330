/** Connections at the edge: found for a signature check without asking tracking each time. */
import type { ConnectionWithSecrets } from '../../../contracts/tracking/connections.ts';
import { Cache } from '../../../platform/cache.ts';
import { ANONYMOUS, type Env } from '../env.ts';
import { isSigned } from './signature.ts';

/** How long a connection's secrets are kept at the edge; that they have ended is the inbox's to know. */
const CONNECTION_TTL_MS = 5_000;
/** A signature that does not fit may be by a secret just rotated in: the secrets are read anew, so often at most. */
const SECOND_LOOK_MS = 500;
const connections = new Cache<string, { connection: ConnectionWithSecrets; readAt: number; secondLookAt: number }>({
  capacity: 1_000,
  ttlMs: CONNECTION_TTL_MS,
});

/** Whether a connection is at hand, so that a delivery costs no look-up. */
export function isKnown(id: string): boolean {
  return connections.get(id) !== undefined;
}

/** Forgets a connection that has turned out to be another by now. */
export function forgetConnection(id: string): void {
  connections.delete(id);
}

/** A connection as it is at hand, or read anew; a second look is not taken again within its interval. */
async function findConnection(env: Env, id: string, look: 'first' | 'second'): Promise<ConnectionWithSecrets | null> {
  if (!/^con_[0-9a-z]{26}$/.test(id)) return null;
  const readAt = Date.now();
  const known = connections.get(id, readAt);
  const isGood = known && (look === 'first' || known.secondLookAt + SECOND_LOOK_MS > readAt);
  if (isGood) return known.connection;
  const answer = await env.TRACKING.connectionForIngest(ANONYMOUS, { id });
  if (!answer.ok) throw new Error(answer.detail);
  // Made-up ids must not push the real ones out.
  if (answer.value)
    connections.set(id, { connection: answer.value, readAt, secondLookAt: look === 'second' ? readAt : 0 }, readAt);
  return answer.value;
}

/** The connection that signed a delivery; `known` is the connection it claims to be of, if there is one. */
export async function signerOf(
  env: Env,
  id: string,
  headers: Headers,
  body: Uint8Array,
): Promise<{ signer: ConnectionWithSecrets | null; known: ConnectionWithSecrets | null }> {
  let known: ConnectionWithSecrets | null = null;
  for (const look of ['first', 'second'] as const) {
    const found = await findConnection(env, id, look);
    if (!found || found === known) return { signer: null, known: found };
    if (await isSigned(found, headers, body, Date.now())) return { signer: found, known: found };
    known = found;
  }
  return { signer: null, known };
}
