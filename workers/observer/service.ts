/** The observer: what others do is written down here. Others append to the trail's object; this reads it. */
import { ok } from '../../contracts/kit/result.ts';
import { serve } from '../../contracts/kit/serve.ts';
import { observer } from '../../contracts/operations/index.ts';
import { entrypoint } from '../../platform/entrypoint.ts';
import { checkEnv, type Env } from './env.ts';
import * as audit from './features/audit.ts';

const answers = serve<typeof observer, Env>(observer, {
  ...audit,
  readiness: async () => ok([{ name: '', ready: true }]),
});

/** The Worker's class. */
export class ObserverService extends entrypoint(observer, answers, checkEnv) {}
