/** T19 to T22: bounds, strangers, and bookings that share a container. */
import { spaceOf } from '../support/fixtures.ts';
import { type Check, event, fix, type Lab } from './lab.ts';

/** Loadings of a container that differ in their voyages. */
const loadings = (number: string, count: number, from = 0): object[] =>
  Array.from({ length: count }, (_, i) =>
    event(number, 'LOAD', 'CNSHA', '04-01', { transportCall: { exportVoyageNumber: `V${from + i}` } }),
  );

async function book(lab: Lab, containers: string[]): Promise<{ status: number; body: any }> {
  const space = await lab.api.must('POST', '/v1/allocations', spaceOf(lab.tenant.carrierId, 10));
  return lab.api.call('POST', '/v1/bookings', { allocationId: space.id, quantity: 1, containers });
}

const cancel = (lab: Lab, booking: { id: string; version: number }) =>
  lab.api.must(
    'POST',
    `/v1/bookings/${booking.id}/transitions`,
    { to: 'cancelled' },
    { 'if-match': `"${booking.version}"` },
  );

export const BOUNDS: Check[] = [
  {
    id: 'T19',
    name: 'a container beyond the bound of its journey beside ten good ones',
    want: '510 applied, 20 journey.full',
    run: async (lab) => {
      const full = await lab.register();
      const good: string[] = [];
      for (let i = 0; i < 10; i++) good.push(await lab.register());
      const items = [...loadings(full, 520), ...good.map((number) => event(number, 'LOAD', 'CNSHA', '04-01'))];
      const { counts, rejected } = await lab.say(lab.events, ...items);
      const refused = rejected.filter(({ code }: { code: string }) => code === 'journey.full').length;
      return `${counts.applied} applied, ${refused} journey.full`;
    },
  },
  {
    id: 'T19',
    name: 'the next journey of a container whose journey is full begins',
    want: '2 journeys, now loaded',
    run: async (lab) => {
      const number = await lab.register();
      await lab.say(
        lab.events,
        ...loadings(number, 498),
        event(number, 'DISC', 'NLRTM', '05-01'),
        event(number, 'GTIN', 'NLRTM', '05-09', { emptyIndicatorCode: 'EMPTY' }),
      );
      await lab.say(lab.events, event(number, 'LOAD', 'NLRTM', '06-01'));
      const journeys = await lab.api.all(`/v1/containers/${number}/journeys`);
      return `${journeys.length} journeys, now ${journeys[0].status}`;
    },
  },
  {
    id: 'T20',
    name: 'three posts of 1,500 loadings to one container leave its answer small and its positions quick to write',
    want: 'under 64 KB, 1 row for a position',
    run: async (lab) => {
      const number = await lab.register();
      for (let i = 0; i < 3; i++) await lab.say(lab.events, ...loadings(number, 1_500, i * 1_500));
      const size = JSON.stringify(await lab.container(number)).length;
      const tracker = await lab.platform.server
        .getWorker('fairlead-tracking')
        .getDurableObjectStorage('ContainerTracker', { name: `${lab.tenant.id}:${number}` });
      const [kept] = (await tracker.exec('SELECT count(*) AS n FROM events')) as unknown as { n: number }[];
      await lab.say(lab.positions, fix(number, 1, 12, 45));
      const written = kept!.n <= 500 ? '1 row for a position' : `${kept!.n} events kept`;
      return `${size < 65_536 ? 'under 64 KB' : `${size} bytes`}, ${written}`;
    },
  },
  {
    id: 'T20',
    name: 'milestones beyond those that an answer shows are pages of the journey',
    want: '60 shown of 120',
    run: async (lab) => {
      const number = await lab.register();
      const places = ['CNSHA', 'SGSIN', 'NLRTM', 'DEHAM', 'BEANR', 'USNYC'];
      const days = Array.from({ length: 120 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i * 5)).toISOString());
      const items = days.map((day, i) =>
        event(number, 'LOAD', places[i % places.length]!, '01-01', { eventDateTime: day, eventCreatedDateTime: day }),
      );
      await lab.say(lab.events, ...items);
      const { milestones, journeyId } = await lab.container(number);
      return `${milestones.length} shown of ${(await lab.api.all(`/v1/journeys/${journeyId}/milestones?limit=50`)).length}`;
    },
  },
  {
    id: 'T21',
    name: 'two thousand made-up numbers wait, and none is tracked',
    want: '2000 unclaimed, 0 tracked',
    run: async (lab) => {
      const stranger = await lab.connect('positions');
      const numbers = Array.from({ length: 2_000 }, (_, i) => `ZZZU${String(i + 1).padStart(7, '0')}`);
      const { counts } = await lab.say(stranger, ...numbers.map((number) => fix(number, 1, 12, 45)));
      const { items } = await lab.api.must('GET', '/v1/containers?search=ZZZU&limit=1');
      return `${counts.unclaimed} unclaimed, ${items.length} tracked`;
    },
  },
  {
    id: 'T21',
    name: 'words that stand for no container are refused',
    want: '5 of 5',
    run: async (lab) => {
      const words = ['NULL', 'None', 'UNKNOWN', 'TEST', 'ZZZZ'];
      const { rejected } = await lab.say(lab.positions, ...words.map((word) => fix(word, 1, 12, 45)));
      return `${rejected.filter(({ code }: { code: string }) => code === 'position.container_placeholder').length} of ${words.length}`;
    },
  },
  {
    id: 'T21',
    name: 'reading a made-up number in every way wakes nothing',
    want: '404 404 404 404 404 404, 0 stored',
    run: async (lab) => {
      const number = lab.number();
      const tracking = lab.platform.server.getWorker('fairlead-tracking');
      const stored = async () => (await tracking.listDurableObjectIds('ContainerTracker')).length;
      const before = await stored();
      const paths = ['', '/events', '/positions', '/journeys', '/eta-history', '/route'];
      const seen: number[] = [];
      for (const path of paths) seen.push((await lab.api.call('GET', `/v1/containers/${number}${path}`)).status);
      return `${seen.join(' ')}, ${(await stored()) - before} stored`;
    },
  },
  {
    id: 'T22',
    name: 'a container in an open booking is refused for another, which names it',
    want: '201 then 409 naming the booking, and 201 once it is cancelled',
    run: async (lab) => {
      const number = lab.number();
      const first = await book(lab, [number]);
      const second = await book(lab, [number]);
      const named = second.body.detail?.includes(first.body.id) && second.body.errors[0].pointer === '/containers/0';
      await cancel(lab, first.body);
      const third = await book(lab, [number]);
      const naming = named ? ' naming the booking' : '';
      return `${first.status} then ${second.status}${naming}, and ${third.status} once it is cancelled`;
    },
  },
  {
    id: 'T22',
    name: 'a cancelled booking takes back what it said, and what the tenant said stays',
    want: 'PO-1 with the promise of the booking, then PO-1 without',
    run: async (lab) => {
      const number = await lab.register({ reference: 'PO-1' });
      const { body: booking } = await book(lab, [number]);
      const registered = async () => (await lab.container(number)).registration;
      const wait = async (is: (of: any) => boolean) => {
        for (let i = 0; i < 600; i++) {
          const found = await registered();
          if (is(found)) return found;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(
          `the booking did not reach tracking: ${JSON.stringify(await registered())} ${JSON.stringify(booking)}`,
        );
      };
      const inText = ({ reference, promisedArrivalAt, bookingId }: any) =>
        `${reference} with${promisedArrivalAt && bookingId === booking.id ? ' the promise of the booking' : 'out'}`;
      const during = inText(await wait(({ bookingId }) => bookingId === booking.id));
      await cancel(lab, booking);
      return `${during}, then ${inText(await wait(({ bookingId }) => bookingId === undefined))}`;
    },
  },
];
