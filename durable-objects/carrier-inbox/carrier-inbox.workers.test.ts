import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
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

describe('a poisoned message', () => {
  const breakTracker = () =>
    runInDurableObject(
      bindings.CONTAINER_TRACKER.get(bindings.CONTAINER_TRACKER.idFromName(`ten_1:${NUMBER}`)),
      (_instance, state) => void state.storage.sql.exec('ALTER TABLE object RENAME TO broken'),
    );
  const mendTracker = () =>
    runInDurableObject(
      bindings.CONTAINER_TRACKER.get(bindings.CONTAINER_TRACKER.idFromName(`ten_1:${NUMBER}`)),
      (_instance, state) => void state.storage.sql.exec('ALTER TABLE broken RENAME TO object'),
    );

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
