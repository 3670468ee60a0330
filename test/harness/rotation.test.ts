import { afterAll, beforeAll, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { rotateRing } from '../../scripts/support/secret-rings.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { person } from '../support/people.ts';

let platform: Platform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

interface DirectoryLike {
  DIRECTORY: { prepare(sql: string): { first<T>(): Promise<T | null> } };
}
const first = async <T>(sql: string): Promise<T> => {
  const { DIRECTORY } = await platform.server.getWorker<DirectoryLike>('fairlead-identity').getEnv();
  return (await DIRECTORY.prepare(sql).first<T>())!;
};

it('pepper and sealing keys rotate under what is in use: nobody is locked out, and things move to the new ones', async () => {
  const connection = await tenant.admin.must('POST', '/v1/connections', {
    name: 'P',
    carrierId: tenant.carrierId,
    format: 'positions',
  });
  const post = async () => {
    const body = JSON.stringify({
      container: 'CSQU3054383',
      time: new Date().toISOString(),
      latitude: 1,
      longitude: 1,
    });
    return (await postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) })).status;
  };
  expect(await post()).toBe(202);
  const pepper = () =>
    first<{ pepper_id: string; password_hash: string }>('SELECT pepper_id, password_hash FROM users');
  const sealed = () => first<{ secret: string }>('SELECT secret FROM connections');
  const before = await pepper();
  expect([before.pepper_id, (await sealed()).secret.split('.')[0]]).toEqual(['1', '1']);

  await platform.rotate((secrets) => {
    secrets.identity.PASSWORD_PEPPER = rotateRing(secrets.identity.PASSWORD_PEPPER!);
    for (const worker of ['identity', 'tracking'] as const) {
      secrets[worker].SEALING_KEY = rotateRing(secrets[worker].SEALING_KEY!);
    }
  });
  expect((await person(platform, tenant.adminEmail, tenant.password)).accessToken).toBeTruthy();
  const after = await pepper();
  expect(after.pepper_id).toBe('2');
  expect(after.password_hash).not.toBe(before.password_hash);
  expect((await person(platform, tenant.adminEmail, tenant.password)).accessToken).toBeTruthy();
  expect(await post()).toBe(202);
  expect((await sealed()).secret.split('.')[0]).toBe('2');
  expect(await post()).toBe(202);
});
