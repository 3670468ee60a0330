/** The tracking service: RPC for the gateway, the consumer of its queue, and the nightly training of ETA models. */
import { ok } from '../../contracts/kit/result.ts';
import { serve } from '../../contracts/kit/serve.ts';
import { tracking } from '../../contracts/tracking/index.ts';
import { readinessOf } from '../../platform/d1/readiness.ts';
import { entrypoint } from '../../platform/entrypoint.ts';
import { checkEnv, DEAD_LETTERS, type Env } from './env.ts';
import * as connections from './features/connections.ts';
import * as containers from './features/containers.ts';
import * as devices from './features/devices.ts';
import * as eta from './features/eta.ts';
import { ingest, uploadFile } from './features/ingest.ts';
import * as journeys from './features/journeys.ts';
import * as receipts from './features/receipts.ts';
import * as retire from './features/retire.ts';
import * as routes from './features/routes.ts';
import * as sealing from './features/sealing.ts';
import * as tickets from './features/tickets.ts';
import * as unclaimed from './features/unclaimed.ts';
import { applyBookingEvent } from './features/booking-events.ts';
import { consumeTelemetry, consumeTelemetryDead } from './queues/telemetry.ts';
import { sweepLedgers } from './sweep.ts';

const answers = serve<typeof tracking, Env>(tracking, {
  listContainers: containers.listContainers,
  getContainer: containers.getContainer,
  listEvents: containers.listEvents,
  listPositions: containers.listPositions,
  registerContainers: containers.registerContainers,
  ...retire,
  ...journeys,
  ...devices,
  listUnclaimed: unclaimed.listUnclaimed,
  claimNumber: unclaimed.claimNumber,
  ignoreNumber: unclaimed.ignoreNumber,
  purgeNumber: unclaimed.purgeNumber,
  ...eta,
  ...routes,
  ...connections,
  ...receipts,
  ...sealing,
  ...tickets,
  ingest,
  uploadFile,
  applyBookingEvent,
  readiness: async ({ env }) => ok(await readinessOf({ DIRECTORY: env.DIRECTORY }, 'connections')),
});

/** The Worker's class. */
export class TrackingService extends entrypoint(tracking, answers, checkEnv) {
  override async queue(batch: MessageBatch): Promise<void> {
    await (batch.queue === DEAD_LETTERS ? consumeTelemetryDead(this.env, batch) : consumeTelemetry(this.env, batch));
  }

  override async scheduled(): Promise<void> {
    await sweepLedgers(this.env);
  }
}
