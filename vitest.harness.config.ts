import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{harness,crash}/**/*.test.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file starts a runtime of its own: one at a time on a small machine.
    fileParallelism: false,
  },
});
