/** `npm run secrets:rotate` as it is run, beside a platform that goes on with the secrets it was started with. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseRing } from '../../platform/secrets.ts';
import { ROOT } from '../../scripts/support/root.ts';
import type { Secrets, WorkerName } from '../../scripts/support/secrets.ts';
import { createTenant, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { person } from '../support/people.ts';

let platform: Platform;
let tenant: TestTenant;
let folder: string;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  folder = mkdtempSync(join(tmpdir(), 'fairlead-rotate-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await platform?.close();
});
beforeEach(() => writeFileSync(join(folder, 'secrets.json'), JSON.stringify(platform.secrets)));

const stored = (): Secrets => JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8')) as Secrets;
const ids = (text: string): string[] => Object.keys(parseRing(text).secrets);

/** Runs the command; what it said, and its exit code. */
function rotate(what: string[], origin = platform.origin): Promise<{ code: number; said: string }> {
  const args = [join(ROOT, 'scripts/rotate-secrets.ts'), ...what, '--data', folder, '--origin', origin];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env: { ...process.env, OPERATOR_SECRET: '' } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, said: out + err }),
    );
  });
}

/** Starts the platform with what the file has. */
const restart = () =>
  platform.rotate((secrets) => {
    for (const [worker, fresh] of Object.entries(stored())) Object.assign(secrets[worker as WorkerName], fresh);
  });

it('rotates each ring of the file, whether the platform runs or not', async () => {
  for (const what of ['pepper', 'sealing-keys', 'token-keys', 'operator']) {
    for (const origin of [platform.origin, 'http://127.0.0.1:1']) {
      const { code, said } = await rotate([what], origin);
      expect(said).toContain('rotated');
      expect(said).not.toContain('Unexpected');
      expect(code).toBe(0);
    }
  }
  expect(await rotate(['reseal'], 'http://127.0.0.1:1')).toMatchObject({
    code: 1,
    said: expect.stringContaining('There is no platform'),
  });
  expect(await rotate(['nothing-like-it'])).toMatchObject({
    code: 1,
    said: expect.stringContaining('There is no nothing-like-it'),
  });
});

it('keeps the pepper that the platform runs with, however often it is rotated or resealed before the next start', async () => {
  for (const what of ['pepper', 'pepper', 'reseal', 'pepper']) expect((await rotate([what])).code).toBe(0);
  expect(ids(stored().identity.PASSWORD_PEPPER!)).toEqual(['1', '2', '3', '4']);
  await restart();
  expect((await person(platform, tenant.adminEmail, tenant.password)).accessToken).toBeTruthy();
  // The one person who has signed in moved along. Others have not, and theirs stays.
  const { said } = await rotate(['reseal']);
  expect(said).not.toContain('Unexpected');
  await restart();
  expect((await person(platform, tenant.adminEmail, tenant.password)).accessToken).toBeTruthy();
});

it('goes on reaching the platform by the operator’s secret that is in force there', async () => {
  for (let i = 0; i < 3; i++) expect((await rotate(['operator'])).code).toBe(0);
  expect(await rotate(['reseal'])).toMatchObject({ code: 0 });
  await restart();
  // Now that it runs with the newest, the ones before that can go.
  expect((await rotate(['operator'])).code).toBe(0);
  expect(ids(stored().identity.OPERATOR_SECRET!)).toHaveLength(2);
  expect(await rotate(['reseal'])).toMatchObject({ code: 0 });
});
