import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** The trail that tracking's objects hand their acts to lives in another Worker: here one that takes what it is given. */
const observer = {
  name: 'fairlead-observer',
  modules: true as const,
  script: `
    import { DurableObject } from 'cloudflare:workers';
    export class AuditTrail extends DurableObject {
      append() {}
    }
    export default {};
  `,
  compatibilityDate: '2026-10-01',
  durableObjects: { AUDIT_TRAIL: { className: 'AuditTrail', useSQLite: true } },
};

/** Events for endpoints go to another Worker: here one that takes what it is given. */
const notifications = {
  name: 'fairlead-notifications',
  modules: true as const,
  script: `
    import { DurableObject } from 'cloudflare:workers';
    export class WebhookEndpoints extends DurableObject {
      publish() {}
    }
    export default {};
  `,
  compatibilityDate: '2026-10-01',
  durableObjects: { WEBHOOK_ENDPOINTS: { className: 'WebhookEndpoints', useSQLite: true } },
};

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './workers/tracking/wrangler.toml' },
      miniflare: {
        bindings: {
          SEALING_KEY: Buffer.alloc(32, 1).toString('base64'),
          TOKEN_KEY: 'a key of tests',
          LOG_LEVEL: 'silent',
          // Tests take the part of the queue themselves, but for those of what goes straight.
          INBOX_STRAIGHT_MAX: '0',
        },
        workers: [observer, notifications],
      },
    }),
  ],
  test: {
    include: ['{workers,durable-objects}/**/*.workers.test.ts'],
    // Slow machines need their time: what a test waits for is an event, never the clock.
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
