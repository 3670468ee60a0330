/** How long a revocation takes to be felt: from the request that revokes to the first refusal. */
import { joinTenant, person } from '../support/people.ts';
import { openSocket } from '../support/socket.ts';
import { changeMachine, type Lab } from './lab.ts';

/** Milliseconds of each try, sorted. */
export interface Timing {
  what: string;
  ms: number[];
}

const TRIES = 50;
/** Between two looks: reads and writes are asked all the time. */
const GIVE_UP_MS = 5_000;

/** Asks until it is refused; answers when that was. */
async function refusedAt(ask: () => Promise<number>): Promise<number> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    if ((await ask()) === 401) return performance.now();
    if (performance.now() > giveUpAt) return Number.POSITIVE_INFINITY;
  }
}

/** The time of so many revocations as reads, writes and sockets feel them. */
export async function timeRevocations(lab: Lab, onTry: (done: number, all: number) => void): Promise<Timing[]> {
  const kinds = [clientDisabled, personDisabled];
  const timings = new Map<string, number[]>();
  for (let i = 0; i < TRIES; i++) {
    for (const kind of kinds) {
      for (const [what, ms] of Object.entries(await kind(lab, i))) {
        timings.set(what, [...(timings.get(what) ?? []), ms]);
      }
    }
    onTry(i + 1, TRIES);
  }
  return [...timings].map(([what, ms]) => ({ what, ms: ms.sort((a, b) => a - b) }));
}

/** Revokes while a caller reads, writes and listens. */
async function felt(
  lab: Lab,
  token: string,
  revoke: () => Promise<unknown>,
): Promise<[read: number, write: number, socket: number]> {
  const { body } = await lab.call(token, 'POST', '/v1/ws-tickets', { topic: 'fleet' });
  const socket = await openSocket(lab.platform.origin, body.url);
  const closed = socket.closed.then(() => performance.now());
  // A yes that is kept at the edge is what makes a read late.
  await lab.call(token, 'GET', '/v1/containers');
  const from = performance.now();
  const reading = refusedAt(async () => (await lab.call(token, 'GET', '/v1/containers')).status);
  const writing = refusedAt(
    async () => (await lab.call(token, 'POST', '/v1/containers', { containers: [{ number: 'CSQU3054383' }] })).status,
  );
  await revoke();
  const ends = await Promise.all([reading, writing, closed]);
  return ends.map((at) => at - from) as [number, number, number];
}

async function clientDisabled(lab: Lab): Promise<Record<string, number>> {
  const { admin } = lab.world.a.tenant;
  const machine = await lab.machine(admin, 'operations');
  const token = await machine.api.token();
  const [read, write, socket] = await felt(lab, token, () => changeMachine(admin, machine.id, { status: 'disabled' }));
  return { 'a client’s reads': read, 'a client’s writes': write, 'a client’s socket': socket };
}

async function personDisabled(lab: Lab, i: number): Promise<Record<string, number>> {
  const { tenant } = lab.world.a;
  const email = `timed-${i}@alder.example`;
  const { password, user } = await joinTenant(lab.platform, tenant, email);
  const { accessToken } = await person(lab.platform, email, password);
  const change = { name: user.name, role: user.role, status: 'disabled' };
  const [read, write, socket] = await felt(lab, accessToken, () =>
    tenant.admin.must('PUT', `/v1/users/${user.id}`, change, { 'if-match': `"${user.version}"` }),
  );
  return { 'a person’s reads': read, 'a person’s writes': write, 'a person’s socket': socket };
}

/** The value below which so many of a hundred lie (nearest rank). */
export function percentile(sorted: readonly number[], of: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil((of / 100) * sorted.length) - 1)]!;
}
