/** One shipment from all sides: procurement, tracking and the carrier's contact, asked in parallel. */
import { gatewayAnswers } from '../../../contracts/gateway/answers.ts';
import { idInput } from '../../../contracts/kit/primitives.ts';
import { type Answer, fail } from '../../../contracts/kit/result.ts';
import type { FleetLine } from '../../../contracts/tracking/containers.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { bookmarkOf } from '../http/conditions.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { handler, tagged } from '../http/route.ts';
import { bookmarkHeader } from '../openapi/parts.ts';

/** What the other parts need of a shipment. It never changes, so it may be kept. */
interface Facts {
  containers: string[];
  carrierId: string;
}

type Part<T> = { value: T; reason: null } | { value: null; reason: string };
const FACTS_TTL_SECONDS = 300;

/** Runs one part; whatever goes wrong in it stays in it. */
async function part<T>(c: GatewayContext, work: Promise<Answer<T>>): Promise<Part<T> & { code?: string }> {
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
function cacheKey(c: GatewayContext, id: string): string {
  return `${c.env.ISSUER}/cache/${c.get('facts').actor!.tenantId}/shipments/${encodeURIComponent(id)}`;
}

async function factsFrom(c: GatewayContext, id: string): Promise<Facts | null> {
  const hit = await caches.default.match(cacheKey(c, id));
  return hit ? hit.json<Facts>() : null;
}

function keepFacts(c: GatewayContext, id: string, facts: Facts): void {
  const entry = Response.json(facts, { headers: { 'cache-control': `max-age=${FACTS_TTL_SECONDS}` } });
  c.executionCtx.waitUntil(caches.default.put(cacheKey(c, id), entry));
}

/** The aggregated view of a shipment. */
export const overviewRoutes = tagged('Procurement', [
  handler(
    'get',
    '/v1/shipments/{id}/overview',
    'shipments:read',
    {
      operationId: 'getShipmentOverview',
      summary: 'A shipment with its containers and its carrier’s contact',
      description:
        'The services are asked in parallel. A part that fails, or that you may not see, is null with a reason.',
      params: { id: idInput('shp', 'Id of the shipment') },
      headers: { 'fairlead-bookmark': bookmarkHeader.optional() },
      answer: gatewayAnswers.getShipmentOverview,
      failures: ['not_found'],
    },
    async (c) => {
      const id = c.req.param('id') ?? '';
      const bookmark = bookmarkOf(c.req.header('fairlead-bookmark') ?? null);
      if (typeof bookmark === 'object') return refuse(c, bookmark);
      const context = { ...contextOf(c), ...(bookmark === undefined ? {} : { bookmark }) };
      const asked = part(c, c.env.PROCUREMENT.getShipment(context, { id }));
      const cached = await factsFrom(c, id);
      const rest = cached ? others(c, cached) : null;
      const shipment = await asked;
      if (shipment.code === 'not_found' || shipment.code === 'forbidden') {
        return refuse(c, fail(shipment.code, shipment.reason ?? ''));
      }
      const item = shipment.value;
      const facts = item ? { containers: item.containers, carrierId: item.carrierId } : cached;
      if (item && !cached) keepFacts(c, id, facts!);
      const [tracking, carrierPart] = await (rest ?? others(c, facts));
      return c.json({ shipment: { value: item, reason: shipment.reason }, tracking, carrier: carrierPart });
    },
  ),
]);

async function others(c: GatewayContext, facts: Facts | null): Promise<[Part<unknown>, Part<unknown>]> {
  if (!facts) {
    const unknown = { value: null, reason: 'the shipment’s containers and carrier are not known now' } as const;
    return [unknown, unknown];
  }
  const { containers: numbers, carrierId } = facts;
  const context = contextOf(c);
  const none: Answer<{ items: FleetLine[] }> = { ok: true, value: { items: [] } };
  const [tracking, carrier] = await Promise.all([
    part(
      c,
      numbers.length === 0
        ? Promise.resolve(none)
        : c.env.TRACKING.listContainers(context, { numbers, limit: numbers.length }),
    ),
    part(c, c.env.IDENTITY.getCarrier(context, { id: carrierId })),
  ]);
  return [
    tracking.value ? { value: tracking.value.items, reason: null } : { value: null, reason: tracking.reason ?? '' },
    carrier.value ? { value: carrier.value, reason: null } : { value: null, reason: carrier.reason ?? '' },
  ];
}
