/** T01 to T05: what is said beside each other, corrected and taken back. */
import { type Check, event } from './lab.ts';

/** The checks. */
export const STATEMENTS: Check[] = [
  ...['ARRIC', 'XXABC', 'AQMCM'].map(
    (place): Check => ({
      id: 'T01',
      name: `a time without a zone at ${place} costs nothing else of the delivery`,
      want: '202, 2 applied',
      run: async (lab) => {
        const number = await lab.register();
        const naked = event(number, 'DISC', place, '05-01', { eventDateTime: '2026-05-01T10:00:00' });
        const { status, body } = await lab.post(
          lab.events,
          JSON.stringify([naked, event(number, 'LOAD', 'CNSHA', '04-01')]),
        );
        return `${status}, ${body.accepted} applied`;
      },
    }),
  ),
  {
    id: 'T01',
    name: 'items of every wrong shape cost themselves alone',
    want: '1 applied, 6 rejected',
    run: async (lab) => {
      const number = await lab.register();
      const good = event(number, 'LOAD', 'CNSHA', '04-01');
      const bad = [
        7,
        null,
        [],
        { ...good, eventDateTime: {} },
        { ...good, equipmentReference: [] },
        { ...good, eventType: 'X' },
      ];
      const { counts } = await lab.say(lab.events, ...(bad as object[]), good);
      return `${counts.applied} applied, ${counts.rejected} rejected`;
    },
  },
  ...[{ temperature: 4, shock: 9 }, { humidity: 41 }, { door: 'open' }].map(
    (more): Check => ({
      id: 'T02',
      name: `two readings of one place and second that differ in ${Object.keys(more).join(' and ')}`,
      want: '2',
      run: async (lab) => {
        const number = await lab.register();
        const here = { container: number, time: '2026-11-01T00:00:00Z', latitude: 20.1, longitude: 38.5 };
        await lab.say(lab.positions, { ...here, temperature: -18 }, { ...here, ...more });
        return String((await lab.container(number)).pointCount);
      },
    }),
  ),
  {
    id: 'T02',
    name: 'two readings of one second, apart by milliseconds',
    want: '2',
    run: async (lab) => {
      const number = await lab.register();
      const here = { container: number, latitude: 20.1, longitude: 38.5 };
      await lab.say(
        lab.positions,
        { ...here, time: '2026-11-01T00:00:00.100Z' },
        { ...here, time: '2026-11-01T00:00:00.900Z' },
      );
      return String((await lab.container(number)).pointCount);
    },
  },
  {
    id: 'T03',
    name: 'documents of one id and of none that differ in their type, and departures that differ in mode',
    want: '6 events, SHI TRD TRD ARN',
    run: async (lab) => {
      const number = await lab.register();
      const of = (code: string, type: string, id?: string) => ({
        ...event(number, 'LOAD', 'CNSHA', '04-01'),
        eventType: 'SHIPMENT',
        equipmentEventTypeCode: undefined,
        shipmentEventTypeCode: code,
        documentTypeCode: type,
        ...(id ? { documentID: id } : {}),
      });
      const leaves = (modeOfTransport: string) =>
        event(number, 'DEPA', 'DEHAM', '04-02', {
          eventClassifierCode: 'PLN',
          transportCall: { UNLocationCode: 'DEHAM', modeOfTransport },
        });
      const said = [of('DRFT', 'SHI', 'D1'), of('DRFT', 'TRD', 'D1'), of('ISSU', 'TRD'), of('ISSU', 'ARN')];
      await lab.say(lab.events, ...said, leaves('RAIL'), leaves('TRUCK'));
      const events = await lab.api.all(`/v1/containers/${number}/events`);
      const types = ['SHI', 'TRD', 'ARN'].flatMap((type) =>
        events.filter(({ documentTypeCode }) => documentTypeCode === type).map(() => type),
      );
      return `${events.length} events, ${types.join(' ')}`;
    },
  },
  {
    id: 'T03',
    name: 'events of two bookings, alike in all else',
    want: '2 events',
    run: async (lab) => {
      const number = await lab.register();
      const of = (value: string) =>
        event(number, 'LOAD', 'CNSHA', '04-01', {
          documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: value }],
        });
      await lab.say(lab.events, of('B1'), of('B2'));
      return `${(await lab.api.all(`/v1/containers/${number}/events`)).length} events`;
    },
  },
  ...(['in order', 'the newer first'] as const).map(
    (order): Check => ({
      id: 'T04',
      name: `a place is corrected under one id, ${order}`,
      want: 'discharged@BEANR, 1 of 2 in force',
      run: async (lab) => {
        const number = await lab.register();
        const words = [
          event(number, 'DISC', 'NLRTM', '04-20', { eventID: 'p1' }),
          event(number, 'DISC', 'BEANR', '04-20', { eventID: 'p1', eventCreatedDateTime: '2026-04-21T00:00:00Z' }),
        ];
        for (const word of order === 'in order' ? words : words.toReversed()) await lab.say(lab.events, word);
        const events = await lab.api.all(`/v1/containers/${number}/events`);
        const inForce = events.filter((each) => each.inForce).length;
        return `${await lab.milestones(number)}, ${inForce} of ${events.length} in force`;
      },
    }),
  ),
  ...[{ eventID: 'p1' }, {}].map(
    (id): Check => ({
      id: 'T05',
      name: `a discharge is taken back, ${'eventID' in id ? 'under its id' : 'without an id'}`,
      want: 'loaded; as of between discharged; withdrawn discharged',
      run: async (lab) => {
        const number = await lab.register();
        await lab.say(lab.events, event(number, 'LOAD', 'CNSHA', '03-10'), event(number, 'DISC', 'BEANR', '04-20', id));
        const between = new Date().toISOString();
        const back = { ...id, isRetracted: true, eventCreatedDateTime: '2026-04-22T00:00:00Z' };
        await lab.say(lab.events, event(number, 'DISC', 'BEANR', '04-20', back));
        const then = await lab.api.must('GET', `/v1/containers/${number}?asOf=${between}`);
        const changes = await lab.api.all(`/v1/containers/${number}/changes?since=${between}`);
        const told = changes.map(({ kind, milestone }) => `${kind} ${milestone.code}`).join(' ');
        return `${(await lab.container(number)).status}; as of between ${then.status}; ${told}`;
      },
    }),
  ),
];
