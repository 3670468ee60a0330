import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{domain,platform,contracts,reference,workers,durable-objects,scripts,clients}/**/*.test.ts'],
    exclude: ['**/*.workers.test.ts', '**/node_modules/**'],
    environment: 'node',
  },
});
