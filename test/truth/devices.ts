/** T12 to T18: positions, readings, journeys and pairings. */
import { gzipSync } from 'node:zlib';
import { type Check, event, fix, type Lab } from './lab.ts';

const HOUR = 3_600_000;
/** Twelve hours westwards through the Gulf of Aden at 15 knots, up to an hour ago. */
const sailing = (number: string) => Array.from({ length: 12 }, (_, i) => fix(number, 12 - i, 12, 48 - i / 4));

async function where(lab: Lab, number: string): Promise<string> {
  const { position } = await lab.container(number);
  return position === null ? 'nowhere' : `${position.lat},${position.lon}`;
}

async function alertsOf(lab: Lab, number: string): Promise<string> {
  const { alerts } = await lab.container(number);
  return alerts.map(({ kind }: { kind: string }) => kind).join(' ') || 'none';
}

export const DEVICES: Check[] = [
  ...[
    ['elsewhere', 36.87, -76.34],
    ['0,0', 0, 0],
    ['with latitude and longitude exchanged', 45.2, 12],
  ].map(
    ([what, lat, lon]): Check => ({
      id: 'T12',
      name: `a fix ${String(what)} does not move the container; the next right one does`,
      want: '12,45.25 then 12,45.1',
      run: async (lab) => {
        const number = await lab.register({ destination: 'NLRTM' });
        await lab.say(lab.positions, ...sailing(number));
        await lab.say(lab.positions, fix(number, 0.5, lat as number, lon as number, { temperature: 5 }));
        const before = await where(lab, number);
        await lab.say(lab.positions, fix(number, 0.2, 12, 45.1));
        return `${before} then ${await where(lab, number)}`;
      },
    }),
  ),
  {
    id: 'T12',
    name: 'a second fix that agrees with an odd one is believed',
    want: '36.9,-76.3',
    run: async (lab) => {
      const number = await lab.register();
      await lab.say(lab.positions, ...sailing(number));
      await lab.say(lab.positions, fix(number, 0.5, 36.87, -76.34));
      await lab.say(lab.positions, fix(number, 0.2, 36.9, -76.3));
      return where(lab, number);
    },
  },
  ...[
    ['1,024 weeks back', 1_024 * 7 * 24, 'position.week_rollover'],
    ['2,048 weeks back', 2_048 * 7 * 24, 'position.time_invalid or position.week_rollover'],
    ['400 days back', 400 * 24, 'position.old'],
  ].map(
    ([what, hours, code]): Check => ({
      id: 'T13',
      name: `a fix ${String(what)} is no position`,
      want: 'nowhere, said so',
      run: async (lab) => {
        const number = await lab.register({ destination: 'NLRTM' });
        const receipt = await lab.say(lab.positions, fix(number, hours as number, 12, 45));
        const said = [...receipt.warnings, ...receipt.rejected].some((each: { code: string }) =>
          String(code).includes(each.code),
        );
        return `${await where(lab, number)}, ${said ? 'said so' : 'not a word'}`;
      },
    }),
  ),
  {
    id: 'T14',
    name: 'a reading of an hour before, reported late, raises what it would have raised in time',
    want: 'shock',
    run: async (lab) => {
      const number = await lab.register({ temperatureRangeC: { min: -20, max: -16 } });
      await lab.say(lab.positions, fix(number, 1, 12, 45, { temperature: -18, shock: 0 }));
      await lab.say(lab.positions, fix(number, 2, 12, 45.2, { temperature: -18, shock: 9 }));
      return alertsOf(lab, number);
    },
  },
  {
    id: 'T14',
    name: 'two late readings out of range are one alert, and a single one is none',
    want: 'temperature none',
    run: async (lab) => {
      const range = { temperatureRangeC: { min: -20, max: -16 } };
      const [two, one] = [await lab.register(range), await lab.register(range)];
      const at = (number: string, hours: number, temperature: number) => fix(number, hours, 12, 45, { temperature });
      await lab.say(lab.positions, at(two, 1, -18), at(one, 1, -18));
      await lab.say(lab.positions, at(two, 3, 25), at(two, 2, 25), at(one, 2, 25));
      return `${await alertsOf(lab, two)} ${await alertsOf(lab, one)}`;
    },
  },
  ...[{ temperature: -127 }, { temperature: 85 }, { humidity: 101.5 }, { shock: -0.2 }, { door: 'ajar' }].map(
    (odd): Check => ({
      id: 'T15',
      name: `${JSON.stringify(odd)} beside a good position`,
      want: '12,45, warned of',
      run: async (lab) => {
        const number = await lab.register();
        const { warnings } = await lab.say(lab.positions, fix(number, 1, 12, 45, odd));
        const warned = warnings.some(({ pointer }: { pointer: string }) => pointer === `/${Object.keys(odd)[0]}`);
        return `${await where(lab, number)}, ${warned ? 'warned of' : 'silently'}`;
      },
    }),
  ),
  ...(
    [
      ['broken JSON', '{"positions": ['],
      ['a gzip that is cut', gzipSync('[{}]').subarray(0, 12)],
      ['nothing', '[]'],
    ] as const
  ).map(
    ([what, body]): Check => ({
      id: 'T16',
      name: `a body of ${what} is kept before it is refused`,
      want: '422, in quarantine under its receipt',
      run: async (lab) => {
        const answer = await lab.post(lab.positions, body);
        const { items } = await lab.api.must('GET', `/v1/quarantine?connectionId=${lab.positions.id}&limit=1`);
        const kept = items[0]?.receiptId === answer.body.receiptId && items[0].raw.length > 0;
        return `${answer.status}, ${kept ? 'in quarantine under its receipt' : 'gone'}`;
      },
    }),
  ),
  ...([{ reference: 'PO-2' }, { booking: 'B2' }, { beginsAt: '2026-09-01T00:00:00Z' }] as const).map(
    (again): Check => ({
      id: 'T17',
      name: `a second journey, registered by its ${Object.keys(again)[0]}, inherits nothing`,
      want: 'empty_picked_up with promise none and range none; 2 journeys, the first empty_returned',
      run: async (lab) => {
        const first = {
          reference: 'PO-1',
          promisedArrivalAt: '2026-05-01T00:00:00Z',
          temperatureRangeC: { min: -20, max: -16 },
        };
        const number = await lab.register({ ...first, destination: 'NLRTM', beginsAt: '2026-03-01T00:00:00Z' });
        const empty = { emptyIndicatorCode: 'EMPTY' };
        await lab.say(
          lab.events,
          event(number, 'LOAD', 'CNSHA', '03-10'),
          event(number, 'DISC', 'NLRTM', '04-20'),
          event(number, 'GTIN', 'NLRTM', '04-30', empty),
        );
        await lab.register({ origin: 'NLRTM', destination: 'USNYC', ...again }, number);
        const booked = 'booking' in again ? [{ documentReferenceType: 'BKG', documentReferenceValue: 'B2' }] : [];
        await lab.say(lab.events, event(number, 'GTOT', 'NLRTM', '10-02', { ...empty, documentReferences: booked }));
        const { status, registration } = await lab.container(number);
        const journeys = await lab.api.all(`/v1/containers/${number}/journeys`);
        const kept = `promise ${registration.promisedArrivalAt ?? 'none'} and range ${registration.temperatureRangeC ?? 'none'}`;
        return `${status} with ${kept}; ${journeys.length} journeys, the first ${journeys.at(-1).status}`;
      },
    }),
  ),
  ...(['by pairing', 'by registration'] as const).map(
    (how): Check => ({
      id: 'T18',
      name: `a device goes from one container to another and back, ${how}`,
      want: '2 and 1',
      run: async (lab) => {
        const device = `D-${how}`;
        const one = await lab.register({ deviceId: device });
        const two = await lab.register();
        const heard = (hours: number) => {
          const { container: _container, ...rest } = fix('', hours, 12, 45) as Record<string, unknown>;
          return { device, ...rest };
        };
        await lab.say(lab.positions, heard(5));
        const at = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
        const pair = (container: string, hours: number) =>
          how === 'by pairing'
            ? lab.api.must('POST', `/v1/devices/${device}/pair`, { container, from: at(hours) })
            : lab.register({ deviceId: device, beginsAt: at(hours) }, container);
        await pair(two, 3);
        await lab.say(lab.positions, heard(2));
        await pair(one, 1);
        await lab.say(lab.positions, heard(4));
        return `${(await lab.container(one)).pointCount} and ${(await lab.container(two)).pointCount}`;
      },
    }),
  ),
];
