import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTenant, spaceOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let tenant: TestTenant;
let receiver: Server;
const received: { headers: Record<string, string>; body: string }[] = [];
let answers: number[] = [];
const arrivals: (() => void)[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(answers.shift() ?? 204).end();
      arrivals.shift()?.();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await platform?.close();
  receiver?.close();
});

it('delivers a signed booking event, tries again after a failure, and keeps the log', async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const endpoint = await tenant.admin.must('POST', '/v1/webhook-endpoints', { url, types: ['booking.confirmed'] });
  expect(endpoint.secret).toMatch(/^whsec_/);
  const allocation = await tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, 5));
  answers = [500];
  const twice = new Promise<void>((resolve) => arrivals.push(() => arrivals.push(resolve)));
  const booking = await tenant.admin.must('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 1 });
  await twice;
  expect(received).toHaveLength(2);
  for (const { headers, body } of received) {
    const event = new Webhook(endpoint.secret).verify(body, headers) as { type: string; data: { bookingId: string } };
    expect(event).toMatchObject({ type: 'booking.confirmed', data: { bookingId: booking.id } });
  }
  expect(received[0]!.headers['webhook-id']).toBe(received[1]!.headers['webhook-id']);
  const log = await until('the delivery is recorded', async () => {
    const [record] = await tenant.admin.all(`/v1/webhook-endpoints/${endpoint.id}/deliveries`);
    return record?.status === 'delivered' ? record : null;
  });
  expect(log).toMatchObject({ attempts: 2, lastStatus: 204 });
  const again = new Promise<void>((resolve) => arrivals.push(resolve));
  await tenant.admin.must('POST', `/v1/webhook-deliveries/${log.id}/replay`);
  await again;
  expect(received).toHaveLength(3);

  const renewed = await tenant.admin.must('POST', `/v1/webhook-endpoints/${endpoint.id}/rotate-secret`);
  expect(renewed.secret).not.toBe(endpoint.secret);
  const signedAnew = new Promise<void>((resolve) => arrivals.push(resolve));
  await tenant.admin.must('POST', `/v1/webhook-deliveries/${log.id}/replay`);
  await signedAnew;
  const last = received.at(-1)!;
  expect(new Webhook(renewed.secret).verify(last.body, last.headers)).toMatchObject({ type: 'booking.confirmed' });

  await tenant.admin.must('DELETE', `/v1/webhook-endpoints/${endpoint.id}`);
  expect((await tenant.admin.call('GET', `/v1/webhook-endpoints/${endpoint.id}/deliveries`)).status).toBe(404);
});

it('is not held by an answer without an end: its status is what counts', async () => {
  const endless = createServer((request, response) => {
    request.resume();
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    };
    response.writeHead(200).on('drain', more);
    more();
  });
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}/endless`;
  const { id } = await tenant.admin.must('POST', '/v1/webhook-endpoints', { url, types: ['booking.confirmed'] });
  const allocation = await tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, 5));
  await tenant.admin.must('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 1 });
  const log = await until('an attempt is recorded', async () => {
    const [record] = await tenant.admin.all(`/v1/webhook-endpoints/${id}/deliveries`);
    return record?.lastStatus ? record : null;
  });
  expect(log).toMatchObject({ status: 'delivered', attempts: 1, lastStatus: 200 });
  await tenant.admin.must('DELETE', `/v1/webhook-endpoints/${id}`);
  endless.closeAllConnections();
  endless.close();
});

it('refuses addresses that are not public', async () => {
  const answer = await tenant.admin.call('POST', '/v1/webhook-endpoints', { url: 'https://10.0.0.1/x' });
  expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, '/url']);
});
