/** The platform that a command works on: one that `npm start` runs, or one started for it and removed afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from './api.ts';
import { loadDemo } from './demo.ts';
import { ROOT } from './root.ts';
import { startScratch } from './scratch.ts';
import { step } from './terminal.ts';

/** Where a command posts and reads. */
export interface CommandTarget {
  origin: string;
  api: ApiClient;
}

/** Runs work on the platform at a port, or on one of its own; `what` names the work for people. */
export async function onPlatform(
  port: number,
  what: string,
  work: (target: CommandTarget) => Promise<void>,
): Promise<void> {
  const running = await runningPlatform(port);
  if (running) return work(running);
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  try {
    const scratch = await step(`Starting a platform for the ${what}`, () => startScratch(folder));
    try {
      await work(scratch);
    } finally {
      await scratch.runtime.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runningPlatform(port: number): Promise<CommandTarget | null> {
  const origin = `http://localhost:${port}`;
  const demo = loadDemo(join(ROOT, '.data'));
  try {
    const { status } = (await (await fetch(`${origin}/healthz`)).json()) as { status: string };
    if (status !== 'ok' || !demo) return null;
    console.log(`Using the platform at ${origin}.`);
    return { origin, api: new ApiClient(origin, demo.client) };
  } catch {
    return null;
  }
}
