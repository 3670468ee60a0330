import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{domain,platform,contracts,reference,workers,durable-objects,scripts,clients,bench}/**/*.test.ts'],
    exclude: ['**/*.workers.test.ts', '**/node_modules/**'],
    environment: 'node',
    // Slow machines need their time: no test asks how long something took.
    testTimeout: 60_000,
  },
});
