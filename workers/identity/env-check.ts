import type { Env } from './env.ts';

const REQUIRED = [
  'DIRECTORY',
  'TENANT_POLICY',
  'KEY_RING',
  'LOGIN_THROTTLE',
  'CONTAINER_TRACKER',
  'FLEET_INDEX',
  'SEALING_KEY',
  'PASSWORD_PEPPER',
  'OPERATOR_SECRET',
  'ISSUER',
] as const satisfies readonly (keyof Env)[];

/** Throws, naming what is missing: a secret that is not there must never count as an empty one. */
export function checkEnv(env: Env): void {
  const missing = REQUIRED.filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new Error(`identity lacks ${missing.join(', ')}: see workers/identity/wrangler.toml and docs/operations.md`);
  }
}
