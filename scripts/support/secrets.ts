/** Secrets of a development or test runtime: random, made on first use, never printed. */
import { randomBytes } from 'node:crypto';

/** The Workers of the platform. */
export type WorkerName = 'gateway' | 'identity' | 'tracking' | 'procurement' | 'notifications' | 'observer';

/** Settings and secrets by Worker, as `.dev.vars` holds them. */
export type Secrets = Record<WorkerName, Record<string, string>>;

/** What the secrets depend on. */
export interface SecretOptions {
  /** The public origin. */
  issuer: string;
  /** Lets outbound webhooks reach loopback over http: development only. */
  loopbackWebhooks: boolean;
}

/** Makes a full set. */
export function makeSecrets({ issuer, loopbackWebhooks }: SecretOptions): Secrets {
  return {
    gateway: { ISSUER: issuer },
    identity: {
      ISSUER: issuer,
      SEALING_KEY: randomBytes(32).toString('base64'),
      TOKEN_KEY: randomBytes(32).toString('base64'),
      PASSWORD_PEPPER: randomBytes(32).toString('base64'),
      OPERATOR_SECRET: randomBytes(32).toString('base64url'),
    },
    tracking: {
      SEALING_KEY: randomBytes(32).toString('base64'),
      TOKEN_KEY: randomBytes(32).toString('base64'),
    },
    procurement: {},
    notifications: {
      ISSUER: issuer,
      SEALING_KEY: randomBytes(32).toString('base64'),
      ...(loopbackWebhooks ? { ALLOW_LOOPBACK_WEBHOOKS: 'yes' } : {}),
    },
    observer: {},
  };
}
