/** The notifications service: a tenant's webhook endpoints and their deliveries. */
import { ok } from '../../contracts/kit/result.ts';
import { serve } from '../../contracts/kit/serve.ts';
import { notifications } from '../../contracts/notifications/index.ts';
import { entrypoint } from '../../platform/entrypoint.ts';
import { checkEnv, type Env } from './env.ts';
import * as deliveries from './features/deliveries.ts';
import * as endpoints from './features/endpoints.ts';
import * as sealing from './features/sealing.ts';

const answers = serve<typeof notifications, Env>(notifications, {
  ...endpoints,
  ...deliveries,
  ...sealing,
  readiness: async () => ok([{ name: '', ready: true }]),
});

/** The Worker's class. */
export class NotificationsService extends entrypoint(notifications, answers, checkEnv) {}
