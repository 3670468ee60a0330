/** T06 to T11: what counts among several words, and what is one visit. */
import { type Check, event, type Lab } from './lab.ts';

const NOT_SAID = { eventCreatedDateTime: undefined };
const estimate = { eventClassifierCode: 'EST' };
const EMPTY = { emptyIndicatorCode: 'EMPTY' };

async function expectedArrival(lab: Lab, number: string): Promise<string> {
  const { milestones } = await lab.container(number);
  return `${milestones[0].estimatedAt.slice(5, 10)} of ${milestones.length}`;
}

/** The checks. */
export const VISITS: Check[] = [
  ...(['in order', 'the return first'] as const).map(
    (order): Check => ({
      id: 'T06',
      name: `a gate out that lies ten years ahead is no actual, ${order}`,
      want: 'empty_returned, seen by now',
      run: async (lab) => {
        const number = await lab.register();
        const words = [
          event(number, 'LOAD', 'CNSHA', '03-10'),
          event(number, 'GTOT', 'NLRTM', '04-20', { ...NOT_SAID, eventDateTime: '2036-04-20T10:00:00Z' }),
          event(number, 'GTOT', 'NLRTM', '04-20'),
          event(number, 'GTIN', 'NLRTM', '04-25', EMPTY),
        ];
        for (const word of order === 'in order' ? words : words.toReversed()) await lab.say(lab.events, word);
        const { status, asOf } = await lab.container(number);
        return `${status}, seen ${Date.parse(asOf) <= Date.now() ? 'by now' : 'ahead'}`;
      },
    }),
  ),
  ...[
    ['said at one time, in one delivery', {}, false],
    ['said at one time, in two deliveries', {}, true],
    ['without a time of the word, in one delivery', NOT_SAID, false],
    ['without a time of the word, in two deliveries', NOT_SAID, true],
  ].map(
    ([how, more, apart]): Check => ({
      id: 'T07',
      name: `of two estimates ${String(how)} the later in the carrier’s order wins`,
      want: '06-03 of 1',
      run: async (lab) => {
        const number = await lab.register();
        const of = (day: string) =>
          event(number, 'ARRI', 'NLRTM', day, {
            ...estimate,
            eventCreatedDateTime: '2026-05-20T00:00:00Z',
            ...(more as object),
          });
        if (apart) for (const day of ['06-05', '06-03']) await lab.say(lab.events, of(day));
        else await lab.say(lab.events, of('06-05'), of('06-03'));
        return expectedArrival(lab, number);
      },
    }),
  ),
  {
    id: 'T08',
    name: 'rows of a whole history that are rewritten in place and vanish',
    want: 'loaded@CNSHA discharged@SGSIN | loaded@CNSHA discharged@NLRTM | loaded@CNSHA',
    run: async (lab) => {
      const number = await lab.register();
      const full = await lab.connect('dcsa', { history: 'full' });
      const row = event(number, 'LOAD', 'CNSHA', '03-10');
      const pushes = [
        [row, event(number, 'DISC', 'SGSIN', '03-20')],
        [row, event(number, 'DISC', 'NLRTM', '04-20')],
        [row],
      ];
      const seen: string[] = [];
      for (const push of pushes) {
        await lab.say(full, ...push);
        seen.push(await lab.milestones(number));
      }
      return seen.join(' | ');
    },
  },
  {
    id: 'T08',
    name: 'twenty rewrites of a row in one push after the other are one milestone, and a row may come back',
    want: 'discharged@NLRTM',
    run: async (lab) => {
      const number = await lab.register();
      const full = await lab.connect('dcsa', { history: 'full' });
      const first = event(number, 'DISC', 'NLRTM', '04-01');
      await lab.say(full, first);
      for (let day = 10; day < 30; day++) await lab.say(full, event(number, 'DISC', 'BEANR', `04-${day}`));
      await lab.say(full, first);
      return lab.milestones(number);
    },
  },
  ...[
    ['ARRI', { importVoyageNumber: '001W' }, { importVoyageNumber: '001W', exportVoyageNumber: '002E' }],
    ['ARRI', { importVoyageNumber: '001W' }, { exportVoyageNumber: '002E' }],
    ['DEPA', { exportVoyageNumber: '002E' }, {}],
  ].map(
    ([code, said, then]): Check => ({
      id: 'T09',
      name: `${String(code)} is expected on ${JSON.stringify(said)} and happens on ${JSON.stringify(then)}`,
      want: '06-01 of 1',
      run: async (lab) => {
        const number = await lab.register();
        const of = (day: string, voyages: object, more: object) =>
          event(number, code as string, 'NLRTM', day, {
            transportCall: { UNLocationCode: 'NLRTM', ...voyages },
            ...more,
          });
        await lab.say(lab.events, of('06-01', said as object, estimate), of('06-02', then as object, {}));
        return expectedArrival(lab, number);
      },
    }),
  ),
  {
    id: 'T10',
    name: 'Shanghai under three codes, and by coordinates of two terminals',
    want: 'arrived@CNSHA',
    run: async (lab) => {
      const number = await lab.register();
      const at = (transportCall: object, more: object = {}) =>
        event(number, 'ARRI', '', '06-01', { transportCall, ...more });
      const code = (UNLocationCode: string, more?: object) => at({ UNLocationCode }, more);
      const lies = (latitude: number, longitude: number) => at({ location: { latitude, longitude } });
      await lab.say(
        lab.events,
        code('CNSHA', estimate),
        code('CNSGH'),
        code('cnshg'),
        lies(31.36, 121.61),
        lies(30.63, 122.06),
      );
      return lab.milestones(number);
    },
  },
  {
    id: 'T10',
    name: 'a place that is known by its transport call, and by its facility',
    want: 'gate_in@NLRTM loaded@NLRTM departed@NLRTM',
    run: async (lab) => {
      const number = await lab.register();
      const call = { transportCallID: 'TC-1' };
      await lab.say(
        lab.events,
        event(number, 'GTIN', 'NLRTM', '06-01', {
          eventLocation: { UNLocationCode: 'NLRTM', facilityCode: 'ECTDELTA' },
        }),
        event(number, 'LOAD', '', '06-02', { eventLocation: { facilityCode: 'ECTDELTA' } }),
        event(number, 'DEPA', 'NLRTM', '06-03', { ...estimate, transportCall: { UNLocationCode: 'NLRTM', ...call } }),
        event(number, 'DEPA', '', '06-03', { transportCall: call }),
      );
      return lab.milestones(number);
    },
  },
  ...(['a second carrier of the ship', 'the terminal'] as const).map(
    (who): Check => ({
      id: 'T11',
      name: `${who} tells of the same move, minutes apart`,
      want: who === 'the terminal' ? 'gate_out@NLRTM by 2: terminal carrier' : 'arrived@NLRTM by 2: carrier carrier',
      run: async (lab) => {
        const number = await lab.register();
        const terminal = who === 'the terminal';
        const other = terminal ? await lab.connect('dcsa', { role: 'terminal' }) : await lab.partner('dcsa');
        const code = terminal ? 'GTOT' : 'ARRI';
        const voyage = (importVoyageNumber: string) => ({
          transportCall: { UNLocationCode: 'NLRTM', importVoyageNumber },
        });
        await lab.say(lab.events, event(number, code, 'NLRTM', '06-01', terminal ? {} : voyage('001W')));
        const later = { eventDateTime: '2026-06-01T10:07:00Z', ...(terminal ? {} : voyage('X77')) };
        await lab.say(other, event(number, code, 'NLRTM', '06-01', later));
        const { journeyId } = await lab.container(number);
        const [milestone] = await lab.api.all(`/v1/journeys/${journeyId}/milestones`);
        const roles = milestone.sources.map(({ role }: { role: string }) => role).join(' ');
        return `${await lab.milestones(number)} by ${milestone.sources.length}: ${roles}`;
      },
    }),
  ),
];
