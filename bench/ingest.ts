/** Deliveries of positions, as the benchmarks post them. */
import { postSigned } from '../scripts/support/api.ts';
import { pause, type TestTenant } from '../test/support/fixtures.ts';
import { rate } from './load.ts';
import { numberOf, type Stage } from './stage.ts';

/** Requests under way at a time. */
export const LANES = 16;
/** Positions of a delivery. */
export const BATCH_EVENTS = 100;
/** Containers that they are of. */
export const BATCH_CONTAINERS = 50;

/** The world's minute of the next position: every batch is news. */
let minute = 0;

/** A batch of positions over the containers from `first` on. */
export function batch(
  first: number,
  containers: number,
): { container: string; time: string; latitude: number; longitude: number; speed: number }[] {
  return Array.from({ length: BATCH_EVENTS }, (_, i) => {
    if (i % containers === 0) minute++;
    return {
      container: numberOf(first + (i % containers)),
      time: new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString(),
      latitude: 10 + (minute % 1_000) / 200,
      longitude: 110 + (i % containers) / 500,
      speed: 16,
    };
  });
}

export async function post(stage: Stage, n: number, body: string): Promise<string> {
  const connection = stage.connections[n % stage.connections.length]!;
  for (;;) {
    const answer = await postSigned(stage.platform.origin, connection, body);
    if (answer.status === 202) return answer.body.receiptId as string;
    if (answer.status !== 429) throw new Error(`a delivery was answered ${answer.status}`);
    await pause(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

/** Events a second from the first post until every receipt is settled. */
export async function ingestRate(stage: Stage, owner: TestTenant, batches: string[]): Promise<number> {
  const startedAt = performance.now();
  const receipts: string[] = [];
  await rate(LANES, 120_000, batches.length, async (n) => void receipts.push(await post(stage, n, batches[n]!)));
  for (const id of receipts) {
    while (!(await owner.admin.must('GET', `/v1/receipts/${id}`)).settled) await pause(5);
  }
  return (batches.length * BATCH_EVENTS) / ((performance.now() - startedAt) / 1000);
}
