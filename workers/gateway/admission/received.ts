/**
 * The step that waits for the body. It stands before the policy is asked: a caller who sends its body slowly would
 * otherwise act long after its rights have ended, by an answer from before. What says who asks must outlast the wait too.
 */
import { fail } from '../../../contracts/kit/result.ts';
import { API_BODY_MAX_BYTES } from '../../../platform/limits.ts';
import { readBody } from '../http/body.ts';
import type { Step } from './facts.ts';

/** Learns the body of a request that takes one. */
export const received: Step = async (request, { asked, identity, proof }) => {
  if (!asked.takesBody) return { admitted: {} };
  const body = await readBody(request, API_BODY_MAX_BYTES);
  const now = Date.now();
  // A proof is remembered as used until it ends: after that, nobody could tell whether it was used before.
  if (now < identity!.expiresAt && now < (proof?.until ?? Number.POSITIVE_INFINITY)) return { admitted: { body } };
  return {
    refused: fail('unauthenticated', 'The access token or its proof expired before the request was received'),
    learned: { denial: { kind: 'token', reason: 'expired_meanwhile' } },
  };
};
