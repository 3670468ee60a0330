/**
 * Who may pass. A list of steps by what the route asks: each sees the request and the facts so far, and
 * admits or refuses. The facts are written to the context once, by whoever asked.
 */
import type { Failure } from '../../../contracts/kit/result.ts';
import type { Env } from '../env.ts';
import type { Access, Facts, Step } from './facts.ts';
import { addressLimit, subjectLimit } from './limits.ts';
import { feature, permission } from './permission.ts';
import { policy } from './policy.ts';
import { received } from './received.ts';
import { token } from './token.ts';

/** The steps of a route. */
export function stepsFor(access: Access): readonly Step[] {
  // A webhook counts against its connection once its signature is known to be right: ingest has steps of its own.
  if (access === 'signature') return [];
  if (access === 'public' || access === 'ticket') return [addressLimit];
  return [token, subjectLimit, received, policy, feature, permission];
}

/** Runs steps until one refuses. */
export async function admit(
  steps: readonly Step[],
  request: Request,
  begun: Facts,
  env: Env,
): Promise<{ facts: Facts; refused: Failure | null }> {
  // One object for all steps: nobody else has it yet.
  const facts = { ...begun };
  for (const step of steps) {
    const outcome = await step(request, facts, env);
    if ('refused' in outcome) return { facts: Object.assign(facts, outcome.learned), refused: outcome.refused };
    Object.assign(facts, outcome.admitted);
  }
  return { facts, refused: null };
}
