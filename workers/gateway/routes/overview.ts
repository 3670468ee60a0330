/** One shipment from all sides: procurement, tracking and the carrier's contact, asked in parallel. */
import type { Actor } from '../../../contracts/actor.ts';
import type { Result } from '../../../contracts/result.ts';
import { fail } from '../../../contracts/result.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { bookmarkOf, type GatewayContext, refuseWith } from '../context.ts';
import { operation } from '../operation.ts';
import { idParam, overviewSchema } from '../schemas.ts';

/** What the other parts need of a shipment. It never changes, so it may be kept. */
interface Facts {
  containers: string[];
  carrierId: string;
}

type Part<T> = { value: T; reason: null } | { value: null; reason: string };
const FACTS_TTL_SECONDS = 300;

/** Runs one part; whatever goes wrong in it stays in it. */
async function part<T>(c: GatewayContext, work: Promise<Result<T>>): Promise<Part<T> & { code?: string }> {
  try {
    const result = await work;
    return result.ok
      ? { value: result.value, reason: null }
      : { value: null, reason: result.detail, code: result.code };
  } catch (error) {
    const correlationId = c.get('correlationId');
    loggerFor('gateway', c.env.LOG_LEVEL)('error', 'overview.part_failed', { correlationId, error: errorText(error) });
    return { value: null, reason: 'unavailable' };
  }
}

/** The tenant is part of the key: no tenant can be answered from another's entry. */
function cacheKey(c: GatewayContext, actor: Actor, id: string): string {
  return `${c.env.ISSUER}/cache/${actor.tenantId}/shipments/${encodeURIComponent(id)}`;
}

async function factsFrom(c: GatewayContext, actor: Actor, id: string): Promise<Facts | null> {
  const hit = await caches.default.match(cacheKey(c, actor, id));
  return hit ? hit.json<Facts>() : null;
}

function keepFacts(c: GatewayContext, actor: Actor, id: string, facts: Facts): void {
  const entry = Response.json(facts, { headers: { 'cache-control': `max-age=${FACTS_TTL_SECONDS}` } });
  c.executionCtx.waitUntil(caches.default.put(cacheKey(c, actor, id), entry));
}

/** The aggregated view of a shipment. */
export const overviewRoutes = [
  operation({
    method: 'get',
    path: '/v1/shipments/{id}/overview',
    tag: 'Procurement',
    summary: 'A shipment with its containers and its carrier’s contact; a part that fails is null with a reason',
    access: 'shipments:read',
    params: idParam,
    answer: overviewSchema,
    handle: async ({ c, actor, params }) => {
      const asked = part(c, c.env.PROCUREMENT.getShipment(actor, params.id, bookmarkOf(c)));
      const cached = await factsFrom(c, actor, params.id);
      const rest = cached ? others(c, actor, cached) : null;
      const shipment = await asked;
      if (shipment.code === 'not_found' || shipment.code === 'forbidden') {
        return refuseWith(c, fail(shipment.code, shipment.reason ?? ''));
      }
      const item = shipment.value?.item ?? null;
      const facts = item ? { containers: item.containers, carrierId: item.carrierId } : cached;
      if (item && !cached) keepFacts(c, actor, params.id, facts!);
      const [tracking, carrier] = await (rest ?? others(c, actor, facts));
      return c.json({ shipment: { value: item, reason: shipment.reason }, tracking, carrier });
    },
  }),
];

async function others(c: GatewayContext, actor: Actor, facts: Facts | null): Promise<[Part<unknown>, Part<unknown>]> {
  if (!facts) {
    const unknown = { value: null, reason: 'the shipment’s containers and carrier are not known now' } as const;
    return [unknown, unknown];
  }
  const { containers: numbers, carrierId } = facts;
  const [tracking, carrier] = await Promise.all([
    part(c, c.env.TRACKING.listContainers(actor, { numbers, limit: Math.max(1, numbers.length) })),
    part(c, c.env.IDENTITY.getCarrier(actor, carrierId)),
  ]);
  return [
    tracking.value ? { value: tracking.value.items, reason: null } : { value: null, reason: tracking.reason ?? '' },
    carrier.value ? { value: carrier.value, reason: null } : { value: null, reason: carrier.reason ?? '' },
  ];
}
