import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { consumeTelemetry, consumeTelemetryDead } from '../../workers/tracking/queues/telemetry.ts';
import { containerTracker } from '../container-tracker/stub.ts';
import { runAlarm } from '../testing/alarms.ts';
import { bindings, doorDelivery, doorEvents, NUMBER } from '../testing/events.ts';
import type { CarrierInbox } from './carrier-inbox.ts';
import { carrierInbox } from './stub.ts';

const CONNECTION = `con_${'0'.repeat(26)}`;
const inbox = () => carrierInbox(bindings, CONNECTION);
const raw = () =>
  bindings.CARRIER_INBOX.get(
    bindings.CARRIER_INBOX.idFromName(CONNECTION),
  ) as unknown as DurableObjectStub<CarrierInbox>;

const accept = (minutes: number[]) => acceptEvents(doorEvents(minutes), minutes.length);

function acceptEvents(events: ReturnType<typeof doorEvents>, items: number) {
  return inbox().accept(doorDelivery(CONNECTION, { items, events }));
}

/** The messages that the inbox holds: what a queue that has lost everything would be sent again. */
function held(): Promise<TelemetryMessage[]> {
  return runInDurableObject(raw(), (_instance, state) =>
    state.storage.sql
      .exec<{ body: string }>('SELECT body FROM dispatches ORDER BY id')
      .toArray()
      .map((row) => JSON.parse(row.body) as TelemetryMessage),
  );
}

/** A batch as the queue hands it over, recording what becomes of each message. */
function batchOf(messages: TelemetryMessage[]): { batch: MessageBatch; fates: string[] } {
  const fates: string[] = [];
  const handles = messages.map((body, i) => ({
    id: String(i),
    timestamp: new Date(),
    attempts: 1,
    body,
    ack: () => void (fates[i] = 'ack'),
    retry: () => void (fates[i] = 'retry'),
  }));
  const batch = { queue: 'fairlead-telemetry', messages: handles, ackAll: () => {}, retryAll: () => {} };
  return { batch: batch as unknown as MessageBatch, fates };
}

const counts = async (seq: number) => (await inbox().receipt(seq))!.counts;

afterEach(() => reset());

describe('a delivery', () => {
  it('is held until the consumer confirms it, and settles as applied', async () => {
    await accept([1, 2, 3]);
    const messages = await held();
    expect(messages).toHaveLength(1);
    const { batch, fates } = batchOf(messages);
    await consumeTelemetry(bindings, batch);
    expect(fates).toEqual(['ack']);
    expect(await held()).toEqual([]);
    expect(await counts(1)).toMatchObject({ applied: 3, queued: 0 });
  });

  it('that the queue brings twice, or after a lost confirmation, is applied once', async () => {
    await accept([1, 2]);
    const messages = await held();
    await consumeTelemetry(bindings, batchOf([...messages, ...messages]).batch);
    await consumeTelemetry(bindings, batchOf(messages).batch);
    expect(await counts(1)).toMatchObject({ applied: 2, duplicate: 0 });
    expect((await containerTracker(bindings, 'ten_1', NUMBER).view())!.pointCount).toBe(2);
  });

  it('that repeats known content is a duplicate at the door, also after an eviction', async () => {
    await accept([1, 2]);
    await evictDurableObject(raw());
    expect(await accept([2, 3])).toMatchObject({ ok: true, value: { accepted: 1, duplicates: 1 } });
  });

  it('over the credit is refused with the time to wait, and taken once the inbox has drained', async () => {
    await runInDurableObject(raw(), (instance) => {
      (instance as unknown as { env: { INBOX_CREDIT: string } }).env.INBOX_CREDIT = '3';
    });
    await accept([1, 2]);
    const refused = await accept([3, 4]);
    expect(refused).toMatchObject({ ok: false, code: 'credit.exhausted', retryAfterSeconds: 1 });
    await consumeTelemetry(bindings, batchOf(await held()).batch);
    expect(await accept([3, 4])).toMatchObject({ ok: true });
    await runInDurableObject(raw(), (instance) => {
      delete (instance as unknown as { env: { INBOX_CREDIT?: string } }).env.INBOX_CREDIT;
    });
  });

  it('that nobody confirms is sent again by the alarm, with growing pauses, and parked in the end', async () => {
    await accept([1]);
    for (let send = 0; send < 8; send++) {
      await runInDurableObject(raw(), (_instance, state) => {
        state.storage.sql.exec('UPDATE dispatches SET sent_at = 0');
      });
      await runAlarm(raw());
    }
    expect(await counts(1)).toMatchObject({ parked: 1 });
    const [letter] = (await inbox().deadLetters({ limit: 10 })).items;
    expect(letter).toMatchObject({ events: 1, error: 'not confirmed after 8 sends' });
  });
});

const rename = (namespace: DurableObjectNamespace, name: string, from: string, to: string) =>
  runInDurableObject(
    namespace.get(namespace.idFromName(name)),
    (_instance, state) => void state.storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`),
  );
const breakTracker = () => rename(bindings.CONTAINER_TRACKER, `ten_1:${NUMBER}`, 'object', 'broken');
const mendTracker = () => rename(bindings.CONTAINER_TRACKER, `ten_1:${NUMBER}`, 'broken', 'object');

describe('a small delivery', () => {
  const OWN = 'TCLU4265919';
  const OTHERS = Array.from({ length: 11 }, (_, i) => `MSKU${1_000_000 + i}`);
  const open = () =>
    runInDurableObject(raw(), (_instance, state) =>
      state.storage.sql.exec('SELECT seq FROM receipts WHERE message IS NOT NULL').toArray(),
    );
  const arrived = (seq: number, found: object) => expect.poll(() => counts(seq)).toMatchObject(found);
  const limitTo = (max: string) =>
    runInDurableObject(raw(), (instance) => {
      (instance as unknown as { env: { INBOX_STRAIGHT_MAX: string } }).env.INBOX_STRAIGHT_MAX = max;
    });

  // Each test has minutes of its own: what tests before have left in the queue comes in at any time.
  beforeEach(() => limitTo('4'));
  afterEach(() => limitTo('0'));

  it('goes straight to its containers, in two rows of the inbox', async () => {
    await acceptEvents(doorEvents([11], OWN), 1);
    await arrived(1, { applied: 1 });
    const before = (await inbox().usage()).rowsWritten;
    await acceptEvents(doorEvents([12, 13], OWN), 2);
    await arrived(2, { applied: 2 });
    expect((await inbox().usage()).rowsWritten - before).toBe(2);
    expect(await held()).toEqual([]);
    expect(await open()).toEqual([]);
    expect((await containerTracker(bindings, 'ten_1', OWN).view())!.pointCount).toBe(3);
  });

  it('goes by the queue when it is about many containers, or when as many are under way as may be', async () => {
    await acceptEvents(
      OTHERS.flatMap((number, index) => doorEvents([21], number).map((event) => ({ ...event, index }))),
      OTHERS.length,
    );
    const operations = async () => (await inbox().usage()).queueOperations;
    expect(await operations()).toBe(3);
    await accept([22]);
    expect(await operations()).toBe(3);
    await limitTo('0');
    await accept([23]);
    expect(await operations()).toBe(6);
  });

  it('that a container cannot take is tried again by itself, and the others are done', async () => {
    await breakTracker();
    const other = doorEvents([31], 'MSKU9070323').map((event) => ({ ...event, index: 1 }));
    await acceptEvents([...doorEvents([31]), ...other], 2);
    await arrived(1, { applied: 1, queued: 1 });
    const left = await held();
    expect(left.map(({ events }) => events.map(({ container }) => container))).toEqual([[NUMBER]]);
    await mendTracker();
    await consumeTelemetry(bindings, batchOf(left).batch);
    expect(await counts(1)).toMatchObject({ applied: 2, queued: 0 });
    expect(await open()).toEqual([]);
  });

  it('whose fleet cannot be told comes again by the queue', async () => {
    await accept([41]);
    await arrived(1, { applied: 1 });
    await rename(bindings.FLEET_INDEX, 'ten_1', 'containers', 'broken');
    await accept([42]);
    await expect.poll(held).toHaveLength(1);
    expect(await counts(2)).toMatchObject({ queued: 1 });
    await rename(bindings.FLEET_INDEX, 'ten_1', 'broken', 'containers');
    await consumeTelemetry(bindings, batchOf(await held()).batch);
    expect(await counts(2)).toMatchObject({ applied: 1, queued: 0 });
  });

  it('that was under way when the object died is sent by the queue as soon as it wakes', async () => {
    await accept([51]);
    await arrived(1, { applied: 1 });
    await limitTo('0');
    await accept([52]);
    // As it stands between the commit and its arrival.
    await runInDurableObject(raw(), (_instance, state) => {
      state.storage.sql.exec('UPDATE receipts SET message = (SELECT body FROM dispatches) WHERE seq = 2');
      state.storage.sql.exec('DELETE FROM dispatches');
    });
    await evictDurableObject(raw());
    expect(await counts(2)).toMatchObject({ queued: 1 });
    expect(await open()).toEqual([]);
    await consumeTelemetry(bindings, batchOf(await held()).batch);
    expect(await counts(2)).toMatchObject({ applied: 1, queued: 0 });
  });
});

describe('a poisoned message', () => {
  /** Both containers in one delivery, and so in one message. */
  const acceptBoth = (indexOfOther = 1) =>
    acceptEvents(
      [...doorEvents([1]), ...doorEvents([1], 'MSKU9070323').map((event) => ({ ...event, index: indexOfOther }))],
      indexOfOther + 1,
    );

  it('of several containers is done for those that took their share; the other share is tried again alone', async () => {
    await breakTracker();
    await acceptBoth();
    const { batch, fates } = batchOf(await held());
    await consumeTelemetry(bindings, batch);
    expect(fates).toEqual(['ack']);
    expect(await counts(1)).toMatchObject({ applied: 1, queued: 1 });
    const left = await held();
    expect(left.map(({ events }) => events.map(({ container }) => container))).toEqual([[NUMBER]]);
    await mendTracker();
    await consumeTelemetry(bindings, batchOf(left).batch);
    expect(await held()).toEqual([]);
    expect(await counts(1)).toMatchObject({ applied: 2, queued: 0 });
  });

  it('leaves an item that is about both containers open until the other has taken it, too', async () => {
    await breakTracker();
    await acceptBoth(0);
    await consumeTelemetry(bindings, batchOf(await held()).batch);
    expect(await counts(1)).toMatchObject({ applied: 0, queued: 1 });
    await mendTracker();
    await consumeTelemetry(bindings, batchOf(await held()).batch);
    expect(await counts(1)).toMatchObject({ applied: 1, queued: 0 });
  });

  it('that fails every time is parked as its container’s share, read, replayed and then applied', async () => {
    await breakTracker();
    await acceptBoth();
    for (let send = 0; send < 8; send++) {
      await consumeTelemetry(bindings, batchOf(await held()).batch);
      await runInDurableObject(raw(), (_instance, state) => {
        state.storage.sql.exec('UPDATE dispatches SET next_at = 1 WHERE parked_at IS NULL');
      });
      await runAlarm(raw());
    }
    const letters = (await inbox().deadLetters({ limit: 10 })).items;
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ events: 1 });
    expect(letters[0]!.error).toContain('no such table');
    expect(await counts(1)).toMatchObject({ applied: 1, parked: 1 });
    await mendTracker();
    const id = Number(letters[0]!.id.split('-').at(-1));
    expect(await inbox().settleDeadLetter(id, 'replay')).toBe(true);
    await consumeTelemetry(bindings, batchOf(await held()).batch);
    expect(await counts(1)).toMatchObject({ parked: 0, applied: 2 });
  });

  it('that is discarded leaves the receipt saying so, and may be posted again', async () => {
    await accept([1]);
    const [message] = await held();
    await consumeTelemetryDead(bindings, batchOf([message!]).batch);
    expect(await inbox().settleDeadLetter(message!.dispatchId, 'discard')).toBe(true);
    expect(await counts(1)).toMatchObject({ parked: 0, discarded: 1 });
    await evictDurableObject(raw());
    expect(await accept([1])).toMatchObject({ ok: true, value: { accepted: 1, duplicates: 0 } });
  });
});
