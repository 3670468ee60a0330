/** The identity service: OAuth server, directory of people and organisations, sessions, policy. */
import { identity } from '../../contracts/identity/index.ts';
import { ok } from '../../contracts/kit/result.ts';
import { serve } from '../../contracts/kit/serve.ts';
import { readinessOf } from '../../platform/d1/readiness.ts';
import { entrypoint } from '../../platform/entrypoint.ts';
import { checkEnv, type Env } from './env.ts';
import * as carriers from './features/carriers.ts';
import * as clients from './features/clients.ts';
import * as factors from './features/factors.ts';
import * as invitations from './features/invitations.ts';
import * as links from './features/links.ts';
import * as me from './features/me.ts';
import * as oauth from './features/oauth.ts';
import * as operatorClient from './features/operator-client.ts';
import * as people from './features/people.ts';
import * as policies from './features/policies.ts';
import * as sealing from './features/sealing.ts';
import * as sessions from './features/sessions.ts';
import * as tenants from './features/tenants.ts';

const answers = serve<typeof identity, Env>(identity, {
  ...tenants,
  ...people,
  ...invitations,
  ...links,
  ...clients,
  ...operatorClient,
  ...carriers,
  ...policies,
  ...me,
  ...sealing,
  ...sessions,
  ...factors,
  ...oauth,
  readiness: async ({ env }) => ok(await readinessOf({ DIRECTORY: env.DIRECTORY }, 'tenants')),
});

/** The Worker's class. */
export class IdentityService extends entrypoint(identity, answers, checkEnv) {}
