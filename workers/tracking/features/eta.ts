/** What a tenant asks of its ETA ledger. */
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { LEDGER_WINDOW_DAYS, LEDGER_WINDOW_MAX_DAYS } from '../../../contracts/kit/limits.ts';
import { type Answer, type Failure, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { AccuracyPage, ApiModelVersion, PublishedEta, Reliability } from '../../../contracts/tracking/eta.ts';
import { recordAsked } from '../../../durable-objects/audit-trail/asked.ts';
import { etaLedger } from '../../../durable-objects/eta-ledger/stub.ts';
import { clockFrom } from '../../../platform/clock.ts';
import { tenantCarriers } from '../../../platform/d1/schema/directory.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { trackedContainer } from '../../../durable-objects/container-tracker/tracked.ts';

const DAY_MS = 86_400_000;

/** A window as a caller may name it, in ms; the end defaults to the world's present. */
function windowOf(
  env: Env,
  input: { from?: string | undefined; to?: string | undefined },
): { from: number; to: number } | Failure {
  const to = input.to === undefined ? clockFrom(env.DEMO_CLOCK).now() : Date.parse(input.to);
  const from = input.from === undefined ? to - LEDGER_WINDOW_DAYS * DAY_MS : Date.parse(input.from);
  if (from >= to) return fault('/from', 'invalid', 'must lie before the end of the window');
  if (to - from > LEDGER_WINDOW_MAX_DAYS * DAY_MS)
    return fault('/from', 'invalid', `may lie ${LEDGER_WINDOW_MAX_DAYS} days before the end`);
  return { from, to };
}

/** How right we, the carriers and the schedules were, on arrivals of a window. */
export async function etaAccuracy({ env, scope, input }: For<'etaAccuracy'>): Promise<Answer<AccuracyPage>> {
  const window = windowOf(env, input);
  if ('ok' in window) return window;
  return ok(await etaLedger(env, scope.tenantId).accuracy({ ...input, ...window }));
}

/** How reliable a carrier was, on the tenant's own journeys. */
export async function carrierReliability({
  env,
  scope,
  input,
}: For<'carrierReliability'>): Promise<Answer<Reliability>> {
  const window = windowOf(env, input);
  if ('ok' in window) return window;
  const known = await drizzle(env.DIRECTORY)
    .select({ id: tenantCarriers.carrierId })
    .from(tenantCarriers)
    .where(and(eq(tenantCarriers.tenantId, scope.tenantId), eq(tenantCarriers.carrierId, input.id)))
    .get();
  if (!known) return notFound('carrier');
  return ok(await etaLedger(env, scope.tenantId).reliability({ carrierId: input.id, ...window }));
}

/** Every ETA published on a container's present journey, by whomever, oldest first. */
export async function listEtaHistory({
  env,
  scope,
  input: { number, ...paging },
}: For<'listEtaHistory'>): Promise<Answer<Page<PublishedEta>>> {
  const page = await (await trackedContainer(env, scope, number))?.etaHistory(paging);
  return page ? ok(page) : notFound('container');
}

/** The versions of the tenant's lane models, newest first. */
export async function listEtaModels({
  env,
  scope,
  input,
}: For<'listEtaModels'>): Promise<Answer<Page<ApiModelVersion>>> {
  return ok(await etaLedger(env, scope.tenantId).versions(input));
}

/** Rolls a version out, or goes back to always the newest. Doing it again changes nothing. */
export async function activateEtaModel({
  env,
  scope,
  input,
  now,
}: For<'activateEtaModel'>): Promise<Answer<ApiModelVersion>> {
  const object = { type: 'eta_model' as const, id: input.version };
  const done = { organisationId: scope.tenantId, action: 'eta_model.activation_asked', object };
  await recordAsked(env, scope, done, now);
  return etaLedger(env, scope.tenantId).activate(input.version);
}
