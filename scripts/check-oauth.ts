/** `npm run check:oauth`: our OAuth server by two independent clients, beside one that others made. */
import './support/quiet.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOracle } from '../test/oauth/oracle.ts';
import { startOurs } from '../test/oauth/ours.ts';
import { runChecks } from '../test/oauth/run.ts';
import { ROOT } from './support/root.ts';
import { main, options, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:oauth
  Drives our authorization server by oauth4webapi and openid-client, and by hand where no client would go; the
  same checks run against oidc-provider. A check passes when ours does what the standards ask for. Where the
  oracle does something else, docs/decisions must say why we differ.`;

const DECISION = 'docs/decisions/0008-oauth-oracle.md';

await main(async () => {
  options(USAGE, {});
  const ours = await step('Fairlead', () => startOurs());
  const oracle = await step('oidc-provider', startOracle);
  try {
    const results = await runChecks(ours, oracle, ({ name, want, ours: got, oracle: theirs }) => {
      const mark = got === want ? 'PASS' : 'FAIL';
      const beside = theirs === got ? '' : `   (oidc-provider: ${theirs})`;
      console.log(`${mark}  ${name}: ${got}${got === want ? '' : `, wanted ${want}`}${beside}`);
    });
    const explained = readFileSync(join(ROOT, DECISION), 'utf8');
    const disagreements = results.filter((result) => result.ours !== result.oracle);
    const topics = [...new Set(disagreements.map((result) => result.name.replace(/ \[.*\]$/, '')))];
    const silent = topics.filter((topic) => !explained.includes(topic));
    for (const topic of silent) console.log(`FAIL  ${DECISION} does not explain: ${topic}`);
    const failed = results.filter((result) => result.ours !== result.want).length + silent.length;
    const oracleDisagreements = topics.map((check) => {
      const { ours: we, oracle: they } = disagreements.find((result) => result.name.startsWith(check))!;
      return { check, ours: we, oracle: they };
    });
    console.log(JSON.stringify({ passed: results.length - failed, failed, oracleDisagreements }));
    if (failed > 0) process.exitCode = 1;
  } finally {
    await Promise.all([ours.close(), oracle.close()]);
  }
});
