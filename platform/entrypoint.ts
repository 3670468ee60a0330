/**
 * A service as a Worker: an RPC method for each operation of its contract. Every request gets a span named
 * by its operation, a metric of its time and outcome, and one log line when it is not answered as asked.
 */
import { tracing, WorkerEntrypoint } from 'cloudflare:workers';
import type { Contract, RequestContext, ServiceApi } from '../contracts/kit/operation.ts';
import { type Answer, fail } from '../contracts/kit/result.ts';
import type { Serve } from '../contracts/kit/serve.ts';
import { isActorGone } from './d1/errors.ts';
import { errorText, loggerFor } from './log.ts';
import { type MetricsEnv, metricsOf } from './metrics.ts';

/** What every service's environment may have. */
interface ServiceEnv extends MetricsEnv {
  LOG_LEVEL?: string;
}

/** The class of a service, to be extended by what else the Worker does (queues, cron). */
export type ServiceClass<C extends Contract, E> = new (
  ctx: ExecutionContext,
  env: E,
) => WorkerEntrypoint<E> & ServiceApi<C>;

/** Makes the class of a service; `check` throws when a binding or secret is missing. */
export function entrypoint<C extends Contract, E extends ServiceEnv>(
  contract: C,
  serve: Serve<E>,
  check: (env: E) => void,
): ServiceClass<C, E> {
  class Service extends WorkerEntrypoint<E> {
    constructor(ctx: ExecutionContext, env: E) {
      super(ctx, env);
      check(env);
    }
  }
  for (const { service, name } of Object.values(contract)) {
    // RPC exposes what the prototype has, and nothing else.
    Object.defineProperty(Service.prototype, name, {
      value(this: Service, context: RequestContext, input: unknown): Promise<Answer<unknown>> {
        const waitUntil = (work: Promise<unknown>): void => this.ctx.waitUntil(work);
        const runtime = { env: this.env, now: Date.now(), waitUntil };
        return observed(service, name, this.env, context, () => serve(name, runtime, context, input));
      },
    });
  }
  // The methods were put there a line above, one for each operation.
  return Service as unknown as ServiceClass<C, E>;
}

async function observed(
  service: string,
  operation: string,
  env: ServiceEnv,
  { correlationId, actor }: RequestContext,
  work: () => Promise<Answer<unknown>>,
): Promise<Answer<unknown>> {
  const log = loggerFor(service, env.LOG_LEVEL);
  const fields = { operation, correlationId, tenantId: actor?.tenantId ?? null, subject: actor?.subject ?? null };
  return tracing.enterSpan(`${service}.${operation}`, async (span) => {
    span.setAttribute('fairlead.correlation_id', correlationId);
    const startedAt = Date.now();
    const served = (outcome: string): void =>
      metricsOf(env)('operation.served', Date.now() - startedAt, { service, operation, outcome });
    try {
      const answer = await work();
      if (!answer.ok) {
        span.setAttribute('fairlead.failure', answer.code);
        log('debug', 'operation.refused', { ...fields, code: answer.code });
      }
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
  });
}
