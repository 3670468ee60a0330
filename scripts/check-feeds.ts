/** `npm run check:feeds -- DIR`: generated feeds through the front door, and what they fold to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differencesOf } from './feeds/compare.ts';
import { readFeeds } from './feeds/folder.ts';
import { createParties, postFeeds, readContainers } from './feeds/post.ts';
import { startScratch } from './support/scratch.ts';
import { main, options, PlainError, progressBar, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:feeds -- DIR
  Posts the deliveries of a folder of generated feeds (registrations.jsonl, deliveries.jsonl, truth.jsonl) through the
  front door of a platform that is started for it, reads journeys, milestones, positions and alerts back, and compares them with the
  truth. Exit status 1 when a container is different.`;

const SHOWN_MAX = 200;

await main(async () => {
  const { positionals } = options(USAGE, {});
  const [folder] = positionals;
  if (!folder) throw new PlainError(`Name the folder of the feeds.\n\n${USAGE}`);
  const feeds = readFeeds(folder);
  const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-feeds-'));
  const quiet = { LOG_LEVEL: 'warn' };
  const { runtime, origin, api } = await step('Starting a platform for the feeds', () =>
    startScratch(dataDir, { vars: { gateway: quiet, tracking: quiet } }),
  );
  try {
    const target = { origin, api };
    const parties = await step('Creating carriers and connections', () => createParties(target, feeds));
    const refused = await postFeeds(target, feeds, parties, progressBar('Posting', feeds.deliveries.length));
    for (const [code, count] of refused) console.log(`Refused ${count} with ${code}`);
    const read = await readContainers(target, feeds.truths, progressBar('Reading', feeds.truths.length));
    const differences = feeds.truths.map((truth) => ({
      container: truth.container,
      found: differencesOf(truth, read.get(truth.container)),
    }));
    const lines = differences.flatMap(({ container, found }) => found.map((what) => `${container} ${what}`));
    for (const line of lines.slice(0, SHOWN_MAX)) console.log(`DIFFERENT  ${line}`);
    const different = differences.filter(({ found }) => found.length > 0).length;
    const containers = feeds.truths.length;
    console.log(JSON.stringify({ containers, equal: containers - different, different }));
    if (different > 0) process.exitCode = 1;
  } finally {
    await runtime.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
