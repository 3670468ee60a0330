/** The notifications service: a tenant's webhook endpoints, and the queue of events for them. */
import { ok } from '../../contracts/kit/result.ts';
import { serve } from '../../contracts/kit/serve.ts';
import { notifications } from '../../contracts/notifications/index.ts';
import { entrypoint } from '../../platform/entrypoint.ts';
import { checkEnv, type Env } from './env.ts';
import * as endpoints from './features/endpoints.ts';
import * as sealing from './features/sealing.ts';
import { consumeNotifications } from './queues/notifications.ts';

const answers = serve<typeof notifications, Env>(notifications, {
  ...endpoints,
  ...sealing,
  readiness: async () => ok([{ name: '', ready: true }]),
});

/** The Worker's class. */
export class NotificationsService extends entrypoint(notifications, answers, checkEnv) {
  override async queue(batch: MessageBatch): Promise<void> {
    await consumeNotifications(this.env, batch);
  }
}
