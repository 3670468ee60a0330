/**
 * A service as a Worker: an RPC method for each operation of its contract. Every request gets a span named
 * by its operation, a metric of its time and outcome, and one log line when it is not answered as asked.
 */
import { tracing, WorkerEntrypoint } from 'cloudflare:workers';
import type { Contract, RequestContext, ServiceApi } from '../contracts/kit/operation.ts';
import type { Answer } from '../contracts/kit/result.ts';
import type { Serve } from '../contracts/kit/serve.ts';
import { observed, type ServiceEnv } from './observed.ts';

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
        const work = () => serve(name, runtime, context, input);
        return traced(service, name, context, () => observed(service, name, this.env, context, work));
      },
    });
  }
  // The methods were put there a line above, one for each operation.
  return Service as unknown as ServiceClass<C, E>;
}

/** One request in a span of its own. */
function traced(
  service: string,
  operation: string,
  { correlationId }: RequestContext,
  work: () => Promise<Answer<unknown>>,
): Promise<Answer<unknown>> {
  return tracing.enterSpan(`${service}.${operation}`, async (span) => {
    span.setAttribute('fairlead.correlation_id', correlationId);
    const answer = await work();
    if (!answer.ok) span.setAttribute('fairlead.failure', answer.code);
    return answer;
  });
}
