// Installs the packages when they are missing or older than the lock file. Runs on any Node from 20
// on, before anything of the project's own is there: hence plain JavaScript and no import of ours.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (name) => `${root}/${name}`;

if (Number(process.versions.node.split('.')[0]) < 20) {
  stop(`Fairlead needs Node 20 or newer to start; this is ${process.version}.`);
}

// npm's own patience with a registry that does not answer is several minutes.
const PATIENCE = ['--fetch-retries=1', '--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=5000'];

// A stamp of the lock file that was installed last: time stamps lie after a checkout.
const lock = readFileSync(at('package-lock.json'), 'utf8');
const stamp = at('node_modules/.fairlead-installed');
const current =
  existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(at('node_modules/.bin/wrangler'));
if (!current) {
  console.log('Installing packages (once; about a minute) ...');
  // Not `npm ci`: it refuses a lock file that lacks another platform's optional binaries, which is what a
  // registry mirror that does not carry them produces. `--no-save` keeps to the locked versions all the same.
  const done = spawnSync('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error', ...PATIENCE], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) stop(explain(done.stderr ?? String(done.error)));
  try {
    statSync(at('node_modules'));
    writeFileSync(stamp, lock);
  } catch (error) {
    stop(`The folder ${root} cannot be written to: ${error.message}`);
  }
}

/** The likely cause in a plain sentence, with npm's own words where they add something. */
function explain(text) {
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|network/i.test(text)) {
    return "The package registry cannot be reached. Check the network or npm's registry setting, then try again.";
  }
  if (/EACCES|EROFS|EPERM/.test(text)) return `The folder ${root} cannot be written to.\n${text}`;
  if (/ENOSPC/.test(text)) return `The disk is full.\n${text}`;
  return `npm could not install the packages.\n${text}`;
}

function stop(message) {
  console.error(message.trim());
  process.exit(1);
}
