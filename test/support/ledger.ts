/** A tenant's ETA ledger, filled as if months had passed. */
import { endedJourney } from '../../durable-objects/testing/journeys.ts';
import type { Platform } from './harness.ts';

/** What the test asks of a ledger's object. */
interface Ledger {
  record(tenantId: string, journey: object): Promise<void>;
  train(tenantId: string, now: number): Promise<unknown>;
}

interface Ledgers {
  ETA_LEDGER: { idFromName(name: string): object; get(id: object): Ledger };
}

/** Files journeys that arrived in January 2026 and, unless told otherwise, trains the lanes. */
export async function fillLedger(
  platform: Platform,
  tenantId: string,
  carrierId: string,
  count: number,
  { train } = { train: true },
): Promise<void> {
  const { ETA_LEDGER } = await platform.server.getWorker<Ledgers>('fairlead-tracking').getEnv();
  const ledger = ETA_LEDGER.get(ETA_LEDGER.idFromName(tenantId));
  for (let n = 0; n < count; n++) await ledger.record(tenantId, endedJourney(n, { carrierId }));
  if (train) await ledger.train(tenantId, Date.UTC(2026, 1, 1));
}
