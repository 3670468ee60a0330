import { defineConfig } from '@playwright/test';
import { unpackChromium } from './scripts/support/chromium.ts';

const { executablePath, env } = unpackChromium();

export default defineConfig({
  testDir: 'test/browser',
  timeout: 60_000,
  workers: 1,
  forbidOnly: true,
  reporter: [['list'], ['json']],
  outputDir: 'test-results/browser',
  use: {
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, env, args: ['--no-sandbox'] },
  },
});
