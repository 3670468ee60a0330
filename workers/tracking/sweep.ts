/** The nightly sweep that keeps the lane models learning. */
import { gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { etaLedger } from '../../durable-objects/eta-ledger/stub.ts';
import { clockFrom } from '../../platform/clock.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { tenants } from '../../platform/d1/schema/directory.ts';
import { FAN_OUT } from '../../platform/limits.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import type { Env } from './env.ts';

/** Tenants looked up at once by the sweep, and at most in one run: the rest has its own alarms. */
const SWEEP_PAGE = 200;
const SWEEP_PAGES_MAX = 50;

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
