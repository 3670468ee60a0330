/** What the pre-commit hook does: format, lint and secrets of the staged files, and of them alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/root.ts';
import { scanText } from './support/secret-scan.ts';
import { main, PlainError } from './support/terminal.ts';

const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name);

function check(name: string, args: string[], advice: string): void {
  const { status } = spawnSync(bin(name), args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new PlainError(advice);
}

await main(async () => {
  const listed = execFileSync('git', ['diff', '--cached', '--name-only', '-z', '--diff-filter=ACMR'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const staged = listed.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
  const known = staged.filter((file) => /\.(ts|tsx|json|css|mjs)$/.test(file) && !file.endsWith('package-lock.json'));
  const source = staged.filter((file) => /\.tsx?$/.test(file));
  if (known.length > 0) {
    check(
      'biome',
      ['format', '--no-errors-on-unmatched', ...known],
      'Not formatted: run npm run format, and stage again.',
    );
  }
  if (source.length > 0) check('oxlint', ['--deny-warnings', ...source], 'The linter has complaints: see above.');
  for (const file of staged.filter((name) => /\.(ts|tsx|json|md|toml|sql|html|css|mjs)$/.test(name))) {
    const [found] = await scanText(file, readFileSync(join(ROOT, file), 'utf8'));
    if (found) throw new PlainError(`${file}:${found.line} holds what looks like a secret (${found.rule}).`);
  }
});
