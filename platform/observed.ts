/** What is noted of every operation: a metric of its time and outcome, and a log line when it is not answered as asked. */
import type { RequestContext } from '../contracts/kit/operation.ts';
import { type Answer, fail } from '../contracts/kit/result.ts';
import { isActorGone } from './d1/errors.ts';
import { errorText, loggerFor } from './log.ts';
import { type MetricsEnv, metricsOf } from './metrics.ts';

/** What every service's environment may have. */
export interface ServiceEnv extends MetricsEnv {
  LOG_LEVEL?: string;
}

/** Has an operation of a service done, and notes how it went; what throws is a defect, and goes on. */
export async function observed(
  service: string,
  operation: string,
  env: ServiceEnv,
  { correlationId, actor }: RequestContext,
  work: () => Promise<Answer<unknown>>,
): Promise<Answer<unknown>> {
  const log = loggerFor(service, env.LOG_LEVEL);
  const fields = { operation, correlationId, tenantId: actor?.tenantId ?? null, subject: actor?.subject ?? null };
  const startedAt = Date.now();
  const served = (outcome: string): void =>
    metricsOf(env)('operation.served', Date.now() - startedAt, { service, operation, outcome });
  try {
    const answer = await work();
    if (!answer.ok) log('debug', 'operation.refused', { ...fields, code: answer.code });
    served(answer.ok ? 'ok' : answer.code);
    return answer;
  } catch (error) {
    if (isActorGone(error)) {
      served('unauthenticated');
      return fail('unauthenticated', 'Your rights have changed since this access token was made: get a new one');
    }
    served('defect');
    log('error', 'operation.defect', { ...fields, error: errorText(error) });
    throw error;
  }
}
