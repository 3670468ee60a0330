import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { contentKey, type JourneyEvent } from '../../domain/journey/event.ts';
import { containerTracker } from '../container-tracker/stub.ts';
import type { FleetIndex } from '../fleet-index/fleet-index.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { runAlarm } from '../testing/alarms.ts';
import { bindings, doorDelivery, NUMBER } from '../testing/events.ts';
import type { CarrierInbox } from './carrier-inbox.ts';
import type { IngressEvent } from './pack.ts';
import { carrierInbox } from './stub.ts';

const CONNECTION = `con_${'0'.repeat(26)}`;
const OTHER = 'MSKU9070323';
const inbox = () => carrierInbox(bindings, CONNECTION);
const fleet = () => fleetIndex(bindings, 'ten_1');
const rawInbox = () =>
  bindings.CARRIER_INBOX.get(
    bindings.CARRIER_INBOX.idFromName(CONNECTION),
  ) as unknown as DurableObjectStub<CarrierInbox>;
const rawFleet = () =>
  bindings.FLEET_INDEX.get(bindings.FLEET_INDEX.idFromName('ten_1')) as unknown as DurableObjectStub<FleetIndex>;

/** The departure of a ship, said of a booking. */
function departure(container: string, at = 10): IngressEvent {
  const event: JourneyEvent = {
    v: 1,
    kind: 'journey',
    container,
    family: 'TRANSPORT',
    code: 'DEPA',
    classifier: 'ACT',
    at,
    atText: String(at),
    zoneSource: 'stated',
    createdAt: 5,
    carrierId: 'car_1',
    bookings: ['B1'],
  };
  return { ...event, key: contentKey(event), origin: 0, index: 0 };
}

/** What the door hands on of a delivery of one item that names the booking alone; `known` are its containers by then. */
async function deliver(known: string[] = [], unclaimed: string[] = []) {
  await fleet().resolve({
    connectionId: CONNECTION,
    now: 1,
    devices: [],
    bookings: ['B1'],
    awaits: true,
    told: [],
    numbers: [],
  });
  return inbox().accept(
    doorDelivery(CONNECTION, {
      events: known.map((container) => departure(container)),
      shipments: [departure('')],
      waiting: new Set(known.length === 0 ? [0] : []),
      unclaimed: new Set(unclaimed),
    }),
  );
}

/** A container of the booking is registered, and the fleet has told everybody. */
async function register(number: string) {
  const registered = await containerTracker(bindings, 'ten_1', number).register({
    tenantId: 'ten_1',
    number,
    registration: { booking: 'B1' },
    registeredAt: 1,
    correlationId: 'c',
  });
  await fleet().apply('ten_1', [registered]);
  await tellAll();
}

const tellAll = () => runAlarm(rawFleet(), 'joined');

/** The containers of the messages that are on their way. */
const onTheirWay = () =>
  runInDurableObject(rawInbox(), (_instance, state) =>
    state.storage.sql
      .exec<{ body: string }>('SELECT body FROM dispatches ORDER BY id')
      .toArray()
      .flatMap(({ body }) => (JSON.parse(body) as TelemetryMessage).events)
      .map(({ container, key }) => `${container} ${key === departure(container).key}`),
  );
const counts = async (seq: number) => (await inbox().receipt(seq))!.counts;

afterEach(() => reset());

describe('an event that names a booking alone', () => {
  it('waits for the first container of it, and goes to every one that joins later', async () => {
    expect(await deliver()).toMatchObject({ ok: true, value: { unclaimed: 1, accepted: 0 } });
    expect(await counts(1)).toMatchObject({ unclaimed: 1 });
    await register(NUMBER);
    expect(await onTheirWay()).toEqual([`${NUMBER} true`]);
    expect(await counts(1)).toMatchObject({ unclaimed: 0, queued: 1 });
    await register(OTHER);
    expect(await onTheirWay()).toEqual([`${NUMBER} true`, `${OTHER} true`]);
  });

  it('of which a container is known goes to it at once, and to the next when it joins', async () => {
    await register(NUMBER);
    expect(await deliver([NUMBER])).toMatchObject({ ok: true, value: { accepted: 1, unclaimed: 0 } });
    await register(OTHER);
    expect(await onTheirWay()).toEqual([`${NUMBER} true`, `${OTHER} true`]);
  });

  it('said again while it waits is a duplicate, and of one that nobody tracks it waits on', async () => {
    await deliver();
    expect(await deliver()).toMatchObject({ ok: true, value: { duplicates: 1, unclaimed: 0 } });
    const nothing = { connectionId: 'con_2', now: 1, devices: [], bookings: [], awaits: true, numbers: [] };
    await fleet().resolve({ ...nothing, told: [['B1', NUMBER]] });
    await tellAll();
    expect(await onTheirWay()).toEqual([]);
    expect(await counts(1)).toMatchObject({ unclaimed: 1 });
    expect(await fleet().listUnclaimed(['', ''], undefined, 10)).toMatchObject([
      { number: NUMBER, connectionId: CONNECTION },
    ]);
    await inbox().release([NUMBER]);
    expect(await onTheirWay()).toEqual([`${NUMBER} true`]);
  });

  /** The look a minute after something was kept. */
  const look = () => runAlarm(rawInbox(), 'held');
  const held = () =>
    runInDurableObject(rawInbox(), (_instance, state) => state.storage.sql.exec('SELECT number FROM held').toArray());

  it('whose container joined while it came in is found by the look that follows', async () => {
    await register(NUMBER);
    await deliver([]);
    await look();
    expect(await onTheirWay()).toEqual([`${NUMBER} true`]);
  });

  it('goes to each container once, however often it is looked at', async () => {
    await register(NUMBER);
    await deliver([NUMBER]);
    await register(OTHER);
    await look();
    await look();
    expect(await onTheirWay()).toEqual([`${NUMBER} true`, `${OTHER} true`]);
  });

  it('of which only a number that nobody tracks is known goes to the next that joins; what is purged stays away', async () => {
    const nothing = { connectionId: CONNECTION, now: 1, devices: [], bookings: [], awaits: true, numbers: [] };
    await fleet().resolve({ ...nothing, told: [['B1', OTHER]] });
    expect(await deliver([OTHER], [OTHER])).toMatchObject({ ok: true, value: { unclaimed: 1 } });
    expect(await fleet().listUnclaimed(['', ''], undefined, 10)).toMatchObject([{ number: OTHER }]);
    await register(NUMBER);
    expect(await onTheirWay()).toEqual([`${NUMBER} true`]);
    expect(await inbox().purge(OTHER)).toBe(1);
    await look();
    expect(await held()).toEqual([]);
  });

  it('makes room for later ones when there are too many, and is discarded in its receipt', async () => {
    const say = (from: number, items: number) => {
      const shipments = Array.from({ length: items }, (_, index) => {
        return { ...departure('', from + index), index, origin: index };
      });
      const waiting = new Set(shipments.map(({ index }) => index));
      return inbox().accept(doorDelivery(CONNECTION, { items, shipments, waiting }));
    };
    await say(0, 2);
    await say(2, 4_999);
    expect(await counts(1)).toMatchObject({ discarded: 1, unclaimed: 1 });
    expect(await counts(2)).toMatchObject({ unclaimed: 4_999 });
  });

  it('may be posted again once the door has forgotten what came before', async () => {
    await register(NUMBER);
    await deliver([NUMBER]);
    expect(await deliver([NUMBER])).toMatchObject({ value: { duplicates: 1 } });
    await inbox().forgetDoorKeys();
    await evictDurableObject(rawInbox());
    expect(await deliver([NUMBER])).toMatchObject({ value: { accepted: 1 } });
  });
});
