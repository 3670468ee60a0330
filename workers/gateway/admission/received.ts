/**
 * The step that waits for the body. It stands before the policy is asked: a caller who sends its body slowly would
 * otherwise act long after its rights have ended, by an answer from before.
 */
import { API_BODY_MAX_BYTES } from '../../../platform/limits.ts';
import { readBody } from '../http/body.ts';
import type { Step } from './facts.ts';

/** Learns the body of a request that takes one. */
export const received: Step = async (request, { asked }) => ({
  admitted: asked.takesBody ? { body: await readBody(request, API_BODY_MAX_BYTES) } : {},
});
