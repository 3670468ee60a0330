/** What a tenant asks of its ETA ledger, and the sweep that keeps the lane models learning. */
import { and, eq, gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Actor } from '../../contracts/actor.ts';
import type { AccuracyPage, AccuracyQuery, ModelVersion, Reliability, SaidEtaRow } from '../../contracts/eta.ts';
import { type Failure, fail, ok, type Page, type Result } from '../../contracts/result.ts';
import { normalizeContainerNumber } from '../../domain/identifiers/iso6346.ts';
import { containerTracker, etaLedger } from '../../durable-objects/stubs.ts';
import { clockFrom } from '../../platform/clock.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { FAN_OUT, LEDGER_WINDOW_DAYS, LEDGER_WINDOW_MAX_DAYS } from '../../platform/limits.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import { tenantCarriers, tenants } from '../../platform/schema/directory.ts';
import { notFound, refuse } from '../../platform/service.ts';
import type { Env } from './env.ts';

const DAY_MS = 86_400_000;
/** Tenants looked up at once by the sweep, and at most in one run: the rest has its own alarms. */
const SWEEP_PAGE = 200;
const SWEEP_PAGES_MAX = 50;

/** A window as a caller may name it; the end defaults to the world's present. */
export interface Window {
  from?: number | undefined;
  to?: number | undefined;
}

function windowOf(env: Env, { from, to }: Window): { from: number; to: number } | Failure {
  const end = to ?? clockFrom(env.DEMO_CLOCK).now();
  const start = from ?? end - LEDGER_WINDOW_DAYS * DAY_MS;
  const wrong = (detail: string): Failure =>
    fail('invalid', 'The request has faults', { faults: [{ pointer: '/query/from', code: 'invalid', detail }] });
  if (start >= end) return wrong('must lie before the end of the window');
  if (end - start > LEDGER_WINDOW_MAX_DAYS * DAY_MS)
    return wrong(`may lie ${LEDGER_WINDOW_MAX_DAYS} days before the end`);
  return { from: start, to: end };
}

/** How right we, the carriers and the schedules were, on arrivals of a window. */
export async function etaAccuracy(
  env: Env,
  actor: Actor,
  query: Omit<AccuracyQuery, 'from' | 'to'> & Window,
): Promise<Result<AccuracyPage>> {
  const refused = refuse(actor, 'eta:read');
  if (refused) return refused;
  const window = windowOf(env, query);
  if ('ok' in window) return window;
  return ok(await etaLedger(env, actor.tenantId).accuracy({ ...query, ...window }));
}

/** How reliable a carrier was, on the tenant's own journeys. */
export async function carrierReliability(
  env: Env,
  actor: Actor,
  id: string,
  query: Window,
): Promise<Result<Reliability>> {
  const refused = refuse(actor, 'eta:read');
  if (refused) return refused;
  const window = windowOf(env, query);
  if ('ok' in window) return window;
  const known = await drizzle(env.DIRECTORY)
    .select({ id: tenantCarriers.carrierId })
    .from(tenantCarriers)
    .where(and(eq(tenantCarriers.tenantId, actor.tenantId), eq(tenantCarriers.carrierId, id)))
    .get();
  if (!known) return notFound('carrier');
  return ok(await etaLedger(env, actor.tenantId).reliability({ carrierId: id, ...window }));
}

/** Every ETA published on a container's present journey, by whomever, oldest first. */
export async function listEtaHistory(
  env: Env,
  actor: Actor,
  number: string,
  query: { cursor?: string | undefined; limit: number },
): Promise<Result<Page<SaidEtaRow>>> {
  const refused = refuse(actor, 'containers:read');
  if (refused) return refused;
  const page = await containerTracker(env, actor.tenantId, normalizeContainerNumber(number)).etaHistory(query);
  return page ? ok(page) : notFound('container');
}

/** The versions of the tenant's lane models, newest first. */
export async function listEtaModels(
  env: Env,
  actor: Actor,
  query: { cursor?: string | undefined; limit: number },
): Promise<Result<Page<ModelVersion>>> {
  return refuse(actor, 'eta:read') ?? ok(await etaLedger(env, actor.tenantId).versions(query));
}

/** Rolls a version out, or goes back to always the newest. Doing it again changes nothing. */
export async function activateEtaModel(env: Env, actor: Actor, version: string): Promise<Result<ModelVersion>> {
  return refuse(actor, 'eta:manage') ?? etaLedger(env, actor.tenantId).activate(version);
}

/** Asks every tenant's ledger to learn; one that fails does not hold up the others. */
export async function sweepLedgers(env: Env): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  const now = clockFrom(env.DEMO_CLOCK).now();
  let after = '';
  for (let page = 0; page < SWEEP_PAGES_MAX; page++) {
    const rows = await drizzle(env.DIRECTORY)
      .select({ id: tenants.id })
      .from(tenants)
      .where(gt(tenants.id, after))
      .orderBy(tenants.id)
      .limit(SWEEP_PAGE);
    await mapLimit(rows, FAN_OUT, async ({ id }) => {
      try {
        await etaLedger(env, id).train(id, now);
      } catch (error) {
        log('warn', 'eta.train_failed', { tenantId: id, error: errorText(error) });
      }
    });
    if (rows.length < SWEEP_PAGE) return;
    after = rows.at(-1)!.id;
  }
}
