import { requireBindings } from '../../platform/env.ts';

/** The identity Worker's bindings. */
export interface Env {
  DIRECTORY: D1Database;
  TENANT_POLICY: DurableObjectNamespace;
  KEY_RING: DurableObjectNamespace;
  LOGIN_THROTTLE: DurableObjectNamespace;
  /** For the policy object, which closes the sockets of ended sessions there. */
  LIVE_ACCESS: DurableObjectNamespace;
  /** Where acts are recorded. */
  AUDIT_TRAIL: DurableObjectNamespace;
  /** Ring of base64 keys of 32 bytes: seals signing keys, second factors and stored answers. */
  SEALING_KEY: string;
  /** Ring of keys that codes, refresh tokens and links carry a check under: made-up ones are refused at once. */
  TOKEN_KEY: string;
  /** Ring of peppers, mixed into every password before hashing: a stolen database alone is not enough. */
  PASSWORD_PEPPER: string;
  /** Ring of secrets of the platform operator's client; each of them is right. */
  OPERATOR_SECRET: string;
  /** The public origin: issuer of tokens and home of the console. */
  ISSUER: string;
  /** Where metrics go, if anywhere. */
  METRICS?: AnalyticsEngineDataset;
  LOG_LEVEL?: string;
}

const REQUIRED = [
  'DIRECTORY',
  'TENANT_POLICY',
  'KEY_RING',
  'LOGIN_THROTTLE',
  'LIVE_ACCESS',
  'AUDIT_TRAIL',
  'SEALING_KEY',
  'TOKEN_KEY',
  'PASSWORD_PEPPER',
  'OPERATOR_SECRET',
  'ISSUER',
] as const satisfies readonly (keyof Env)[];

/** Throws, naming what is missing. */
export function checkEnv(env: Env): void {
  requireBindings('identity', env, REQUIRED);
}
