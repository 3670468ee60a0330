import { afterAll, beforeAll, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { resealAll } from '../../scripts/support/resealing.ts';
import { rotateRing } from '../../scripts/support/secret-rings.ts';
import { createTenant, fetchOf, operatorOf, type TestTenant } from '../support/fixtures.ts';
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

/** Rotates every sealing key; `keep` says which of the earlier ones stay. */
const rotateSealing = (keep: (id: string) => string | null) =>
  platform.rotate((secrets) => {
    for (const worker of ['identity', 'tracking', 'notifications'] as const) {
      secrets[worker].SEALING_KEY = rotateRing(secrets[worker].SEALING_KEY!, keep);
    }
  });

it('sealing keys may be rotated as often as one likes: what is sealed moves along, and the keys before can go', async () => {
  const { admin } = tenant;
  const endpoint = await admin.must('POST', '/v1/webhook-endpoints', { url: 'https://hooks.example.com/x' });
  const [connection] = await admin.all('/v1/connections');
  const key = { 'idempotency-key': 'a-key-that-is-used-again' };
  const rotated = await admin.must('POST', `/v1/webhook-endpoints/${endpoint.id}/rotate-secret`, {}, key);
  // Three times within the life of a signing key, with nothing sealed anew in between.
  for (let i = 0; i < 3; i++) {
    await rotateSealing(() => 'nobody asked');
    await admin.must('GET', '/v1/me');
    await operatorOf(platform).token();
  }
  const report = await resealAll(operatorOf(platform));
  expect(report.identity).toMatchObject({ currentKey: '5' });
  expect(report.identity!.resealed).toBeGreaterThan(0);
  expect(report.tracking!.resealed).toBeGreaterThan(0);
  expect(report.notifications!.resealed).toBeGreaterThan(0);
  // What is left is named: answers that are kept for a day, under the keys they were stored with.
  const what = Object.values(report).flatMap(({ remaining }) => remaining.map((entry) => entry.what));
  expect([...new Set(what)]).toEqual(['answers of the last day']);
  expect((await resealAll(operatorOf(platform))).identity!.resealed).toBe(0);
  // And they are found by them: the request that is asked again has its first answer.
  expect(await admin.must('POST', `/v1/webhook-endpoints/${endpoint.id}/rotate-secret`, {}, key)).toEqual(rotated);

  // Without any of the keys before.
  await rotateSealing(() => null);
  await resealAll(operatorOf(platform));
  await rotateSealing(() => null);
  await operatorOf(platform).token();
  await admin.must('POST', `/v1/webhook-endpoints/${endpoint.id}/rotate-secret`);
  const fresh = await admin.must('POST', `/v1/connections/${connection.id}/rotate-secret`);
  const body = JSON.stringify({ container: 'CSQU3054383', time: '2026-11-20T00:00:00Z', latitude: 1, longitude: 1 });
  const posted = await postSigned(platform.origin, fresh, body, {
    fetcher: fetchOf(platform),
  });
  expect(posted.status).toBe(202);
});

it('a signing key that nothing can open any more is replaced: nobody is shut out, and earlier tokens go on', async () => {
  const token = await tenant.admin.token();
  await platform.rotate((secrets) => {
    secrets.identity.SEALING_KEY = Buffer.alloc(32, 7).toString('base64');
  });
  expect((await person(platform, tenant.adminEmail, tenant.password)).accessToken).toBeTruthy();
  const answer = await fetchOf(platform)(`${platform.origin}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
});
