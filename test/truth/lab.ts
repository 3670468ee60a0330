/** What the checks of a container's truth work with: a tenant, its carriers' connections, and containers of their own. */
import { checkDigit } from '../../domain/identifiers/iso6346.ts';
import { type ApiClient, postSigned } from '../../scripts/support/api.ts';
import type { Check as CheckOf } from '../support/checks.ts';
import { settledReceipt, type TestConnection } from '../support/deliveries.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

/** The platform under test and what the checks do with it. */
export interface Lab {
  platform: Platform;
  tenant: TestTenant;
  api: ApiClient;
  events: TestConnection;
  positions: TestConnection;
  /** A container number that no check has used before, with its check digit. */
  number(): string;
  /** Registers a container; answers its number. */
  register(facts?: object, number?: string): Promise<string>;
  connect(format: string, options?: object): Promise<TestConnection>;
  /** A connection of a second carrier. */
  partner(format: string): Promise<TestConnection>;
  post(connection: TestConnection, body: string | Buffer<ArrayBuffer>): Promise<{ status: number; body: any }>;
  /** Posts items and waits until each has its outcome; the receipt. */
  say(connection: TestConnection, ...items: object[]): Promise<any>;
  container(number: string): Promise<any>;
  /** Milestones of the present journey in short: `code@place`, with `?` for what is only expected. */
  milestones(number: string): Promise<string>;
}

/** One check. */
export type Check = CheckOf<Lab>;

/** Starts a platform with a tenant. */
export async function startLab(): Promise<Lab> {
  const platform = await startPlatform();
  const tenant = await createTenant(platform, 'acme');
  const api = tenant.admin;
  let numbers = 0;
  const connect = (format: string, options: object = {}, carrierId = tenant.carrierId): Promise<TestConnection> =>
    api.must('POST', '/v1/connections', { name: format, carrierId, format, options });
  const lab: Lab = {
    platform,
    tenant,
    api,
    events: await connect('dcsa'),
    positions: await connect('positions'),
    number: () => {
      const ten = `FLTU${String(++numbers).padStart(6, '0')}`;
      return ten + checkDigit(ten);
    },
    register: async (facts = {}, number = lab.number()) => {
      await api.must('POST', '/v1/containers', { containers: [{ number, carrierId: tenant.carrierId, ...facts }] });
      return number;
    },
    connect: (format, options) => connect(format, options),
    partner: async (format) => {
      const found = (await api.all('/v1/carriers')).find(({ scac }) => scac === 'PRTN');
      const carrier = found ?? (await api.must('POST', '/v1/carriers', { scac: 'PRTN', name: 'Partner' }));
      return connect(format, {}, carrier.id);
    },
    post: (connection, body) => postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) }),
    say: async (connection, ...items) => {
      const { body } = await lab.post(connection, JSON.stringify(items));
      return settledReceipt(api, body.receiptId);
    },
    container: (number) => api.must('GET', `/v1/containers/${number}`),
    milestones: async (number) => {
      const { milestones } = await lab.container(number);
      return milestones
        .map((m: any) => `${m.code}@${m.location?.unLocationCode}${m.classifier === 'ACT' ? '' : '?'}`)
        .join(' ');
    },
  };
  return lab;
}

const TRANSPORT = new Set(['ARRI', 'DEPA']);

/** A DCSA event of a container; `day` is a date in 2026, at ten o'clock, and it was said an hour later. */
export function event(number: string, code: string, place: string, day: string, over: object = {}): object {
  const transport = TRANSPORT.has(code);
  const at = `2026-${day}T10:00:00Z`;
  return {
    eventType: transport ? 'TRANSPORT' : 'EQUIPMENT',
    [transport ? 'transportEventTypeCode' : 'equipmentEventTypeCode']: code,
    eventClassifierCode: 'ACT',
    emptyIndicatorCode: 'LADEN',
    ...(transport
      ? { transportCall: { UNLocationCode: place }, references: [{ referenceType: 'EQ', referenceValue: number }] }
      : { equipmentReference: number, eventLocation: { UNLocationCode: place } }),
    eventDateTime: at,
    eventCreatedDateTime: `2026-${day}T11:00:00Z`,
    ...over,
  };
}

/** A position of a container, some hours ago. */
export function fix(
  container: string,
  hoursAgo: number,
  latitude: number,
  longitude: number,
  more: object = {},
): object {
  const time = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  return { container, time, latitude, longitude, ...more };
}
