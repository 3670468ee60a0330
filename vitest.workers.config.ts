import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './workers/tracking/wrangler.toml' },
      miniflare: {
        bindings: {
          SEALING_KEY: Buffer.alloc(32, 1).toString('base64'),
          TOKEN_KEY: 'a key of tests',
          LOG_LEVEL: 'silent',
        },
      },
    }),
  ],
  test: { include: ['{workers,durable-objects}/**/*.workers.test.ts'] },
});
