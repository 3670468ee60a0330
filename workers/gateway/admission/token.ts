/** The step that finds out who asks: the access token, and the proof of a token that is bound to a key. */
import { type Failure, fail } from '../../../contracts/kit/result.ts';
import { verifyProof } from '../../../platform/dpop.ts';
import type { DenialReason, Step } from './facts.ts';
import { refusedByAddress } from './limits.ts';
import { identityOf } from './tokens.ts';

/** Nobody passes unchecked: when what decides cannot be asked, the answer is "not now". */
export const cannotDecide = (): Failure =>
  fail('policy.unavailable', 'Your rights cannot be checked now; ask again shortly', { retryAfterSeconds: 2 });

/** Learns identity, proof and actor. */
export const token: Step = async (request, facts, env) => {
  const header = request.headers.get('authorization') ?? '';
  const [, scheme = '', text = ''] = /^(Bearer|DPoP) +(\S+)$/i.exec(header) ?? [];
  const identity = text ? await identityOf(env, text) : null;
  if (identity === 'unavailable') return { refused: cannotDecide() };
  const refuse = (denial: DenialReason, detail: string) =>
    refusedByAddress(env, facts, fail('unauthenticated', detail), { denial });
  if (!identity) {
    return text
      ? refuse({ kind: 'token', reason: 'token_invalid' }, 'The access token is not valid')
      : refuse({ kind: 'token', reason: 'token_missing' }, 'An access token is required');
  }
  const { tokenId: _tokenId, keyThumbprint, ...actor } = identity;
  const who = { tenantId: actor.tenantId, subject: actor.subject };
  const bound = scheme.toLowerCase() === 'dpop';
  if (bound !== (keyThumbprint !== null)) {
    const wanted = keyThumbprint ? 'DPoP' : 'Bearer';
    return refuse({ kind: 'token', reason: 'scheme_mismatch', ...who }, `This token is to be sent as ${wanted}`);
  }
  if (!bound) return { admitted: { identity, actor } };
  const target = { method: request.method, url: env.ISSUER + new URL(request.url).pathname, accessToken: text };
  const proof = await verifyProof(request.headers.get('dpop') ?? '', target, Date.now());
  if (proof?.keyThumbprint !== keyThumbprint) {
    const detail = 'The DPoP proof is missing or not valid for this request and token';
    return refuse({ kind: 'token', reason: 'proof_invalid', ...who }, detail);
  }
  return { admitted: { identity, actor, proof: { id: proof.id, until: proof.until } } };
};
