/** S06, S08, S11, S12: who confirms, whose shard it is, what a refusal says, and which sailings there are. */
import { spaceOf } from '../support/fixtures.ts';
import { type Check, type Lab, line } from './lab.ts';

const DAY_MS = 86_400_000;
const admin = ({ world }: Lab) => world.a.tenant.admin;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

const allocate = (lab: Lab, more: object, capacity = 10) =>
  admin(lab).must('POST', '/v1/allocations', spaceOf(lab.world.a.ids.carrier!, capacity, more));

/** A refusal's status with the first member it names. */
async function refusal(lab: Lab, more: object): Promise<string> {
  const token = await admin(lab).token();
  const { status, body } = await lab.call(
    token,
    'POST',
    '/v1/allocations',
    spaceOf(lab.world.a.ids.carrier!, 10, more),
  );
  return line(status, body.errors?.[0]?.pointer);
}

interface Procurement {
  [binding: string]: { prepare(sql: string): { run(): Promise<unknown>; all<T>(): Promise<{ results: T[] }> } };
}

/** The databases of procurement, for what no request can bring about. */
const shards = (lab: Lab) => lab.platform.server.getWorker<Procurement>('fairlead-procurement').getEnv();

/** Runs work while a tenant's shard lacks a table. */
async function whileBroken<T>(lab: Lab, shard: string, work: () => Promise<T>): Promise<T> {
  const env = await shards(lab);
  await env[shard]!.prepare('ALTER TABLE bookings RENAME TO bookings_away').run();
  try {
    return await work();
  } finally {
    await env[shard]!.prepare('ALTER TABLE bookings_away RENAME TO bookings').run();
  }
}

/** Moves a sailing in the database, as time would. */
async function move(lab: Lab, id: string, column: 'departure_at' | 'closes_at', at: number): Promise<void> {
  const shard = (await shards(lab))[lab.world.a.tenant.shard]!;
  await shard.prepare(`UPDATE allocations SET ${column} = ${at}, revision = revision + 1 WHERE id = '${id}'`).run();
}

/** What booking an allocation is answered. */
async function book(lab: Lab, allocationId: string): Promise<string> {
  const { status, body } = await lab.call(await admin(lab).token(), 'POST', '/v1/bookings', {
    allocationId,
    quantity: 1,
  });
  return line(status, body.code ?? body.state);
}

/** The checks. */
export const PROCUREMENT: Check[] = [
  {
    id: 'S06',
    name: 'the shipper confirms what waits for the carrier, also with every permission it can have',
    want: '403 requested',
    run: async (lab) => {
      const space = await allocate(lab, { confirmation: 'carrier' });
      const booking = await admin(lab).must('POST', '/v1/bookings', { allocationId: space.id, quantity: 1 });
      const path = `/v1/bookings/${booking.id}`;
      const token = await admin(lab).token();
      const { status } = await lab.call(
        token,
        'POST',
        `${path}/transitions`,
        { to: 'confirmed' },
        { 'if-match': '"1"' },
      );
      return line(status, (await admin(lab).must('GET', path)).state);
    },
  },
  {
    id: 'S06',
    name: 'recording a carrier’s word needs a permission of its own, and shows as recorded',
    want: '403 200 recorded',
    run: async (lab) => {
      const space = await allocate(lab, { confirmation: 'carrier' });
      const booking = await admin(lab).must('POST', '/v1/bookings', { allocationId: space.id, quantity: 1 });
      const path = `/v1/bookings/${booking.id}/carrier-confirmation`;
      const without = await lab.machine(admin(lab), 'tenant_admin', ['bookings:write', 'bookings:read']);
      const body = { means: 'telephone', spokeWith: 'the booking desk' };
      const ask = (token: string) => lab.call(token, 'POST', path, body, { 'if-match': '"1"' });
      const refused = await ask(await without.api.token());
      const recorded = await ask(await admin(lab).token());
      return line(refused.status, recorded.status, recorded.body.confirmedBy?.how);
    },
  },
  {
    id: 'S08',
    name: 'a table missing on one shard: its tenant, a healthy tenant, and the carrier of both',
    want: '503 with Retry-After, 200, 200 without the one that is lacking, 200',
    run: async (lab) => {
      const { a, b, tokens } = lab.world;
      if (a.tenant.shard === b.tenant.shard) throw new Error('both tenants are on one shard');
      const carrier = await tokens.carrier_user();
      return whileBroken(lab, b.tenant.shard, async () => {
        const broken = await lab.call(await b.tenant.admin.token(), 'GET', '/v1/bookings');
        const healthy = await lab.call(await a.tenant.admin.token(), 'GET', '/v1/bookings');
        const list = await lab.call(carrier, 'GET', '/v1/carrier/bookings');
        const path = `/v1/carrier/customers/${a.ids.tenant}/bookings/${a.ids.requested}`;
        const one = await lab.call(carrier, 'GET', path);
        const lacks = JSON.stringify(list.body.lacking ?? []).includes(b.ids.tenant!);
        const wait = broken.headers.has('retry-after') ? ' with Retry-After' : '';
        return `${broken.status}${wait}, ${healthy.status}, ${list.status} ${lacks ? 'without the one that is lacking' : 'as if nothing lacked'}, ${one.status}`;
      });
    },
  },
  {
    id: 'S08',
    name: 'another tenant’s booking under a customer’s name, and a customer’s under another’s',
    want: '404 404',
    run: async (lab) => {
      const { a, b, tokens } = lab.world;
      const path = (tenant: string, booking: string) => `/v1/carrier/customers/${tenant}/bookings/${booking}`;
      const own = await lab.call(await tokens.stranger_carrier(), 'GET', path(a.ids.tenant!, a.ids.requested!));
      const crossed = await lab.call(await tokens.carrier_user(), 'GET', path(b.ids.tenant!, a.ids.requested!));
      return line(own.status, crossed.status);
    },
  },
  {
    id: 'S11',
    name: 'bookings and cancellations at once on a full allocation: no refusal contradicts itself, nothing is oversold',
    want: '0 contradictions, 0 beyond the capacity',
    run: async (lab) => {
      const space = await allocate(lab, {}, 8);
      const token = await admin(lab).token();
      let contradictions = 0;
      const turn = async (): Promise<void> => {
        const made = await lab.call(token, 'POST', '/v1/bookings', { allocationId: space.id, quantity: 1 });
        if (made.status === 409 && made.body.remaining >= 1) contradictions++;
        if (made.status !== 201) return;
        await lab.call(
          token,
          'POST',
          `/v1/bookings/${made.body.id}/transitions`,
          { to: 'cancelled' },
          { 'if-match': '"1"' },
        );
      };
      for (let round = 0; round < 8; round++) await Promise.all(Array.from({ length: 20 }, turn));
      const { booked, capacity } = await admin(lab).must('GET', `/v1/allocations/${space.id}`);
      return `${contradictions} contradictions, ${Math.max(0, booked - capacity)} beyond the capacity`;
    },
  },
  {
    id: 'S12',
    name: 'space from a port to itself, departed, arriving before it departs, closing after it departs',
    want: '422 /destination 422 /departureAt 422 /arrivalAt 422 /closesAt',
    run: async (lab) =>
      line(
        await refusal(lab, { destination: 'CNSHA' }),
        await refusal(lab, { departureAt: '2001-01-01T00:00:00Z', arrivalAt: inDays(10) }),
        await refusal(lab, { departureAt: inDays(10), arrivalAt: inDays(9) }),
        await refusal(lab, { departureAt: inDays(10), arrivalAt: inDays(20), closesAt: inDays(11) }),
      ),
  },
  {
    id: 'S12',
    name: 'a booking on a sailing that has left, that is closed, and that was withdrawn',
    want: '409 allocation.departed 409 allocation.expired 409 allocation.closed 409 allocation.closed',
    run: async (lab) => {
      const [left, over, closed, withdrawn] = [
        await allocate(lab, {}),
        await allocate(lab, { closesAt: inDays(3) }),
        await allocate(lab, {}),
        await allocate(lab, {}),
      ];
      await move(lab, left.id, 'departure_at', Date.now() - DAY_MS);
      await move(lab, over.id, 'closes_at', Date.now() - 1_000);
      await admin(lab).must('POST', `/v1/allocations/${closed.id}/close`, undefined, { 'if-match': '"1"' });
      await admin(lab).must('POST', `/v1/allocations/${withdrawn.id}/withdraw`, undefined, { 'if-match': '"1"' });
      const seen: string[] = [];
      for (const { id } of [left, over, closed, withdrawn]) seen.push(await book(lab, id));
      return line(...seen);
    },
  },
  {
    id: 'S14',
    name: 'a mangled bookmark',
    want: '400',
    run: async (lab) => {
      const headers = { 'fairlead-bookmark': 'garbage' };
      return line((await lab.call(await admin(lab).token(), 'GET', '/v1/bookings', undefined, headers)).status);
    },
  },
];
