import { describe, expect, it } from 'vitest';
import { distanceNm } from '../geo/sphere.ts';
import type { Milestone, MilestoneCode } from '../journey/milestone.ts';
import type { Eta } from './eta.ts';
import { followJourney } from './journey.ts';
import { type EtaInput, type EtaMemory, type EtaModels, type EtaOutcome, NO_MODELS } from './state.ts';

const HOUR = 3_600_000;
const PORTS: Record<string, { lat: number; lon: number }> = {
  CNSHA: { lat: 0, lon: 100 },
  SGSIN: { lat: 0, lon: 60 },
  NLRTM: { lat: 0, lon: 0 },
  DEHAM: { lat: 0, lon: -5 },
};
/** A sea along the equator; with the canal at longitude 30 closed, the way leads around 60 degrees south. */
const sea: EtaInput['sea'] = {
  toGo: (destination, closed, lat, lon) => {
    const to = PORTS[destination];
    if (!to) return null;
    if (!closed || lon <= 30) return distanceNm({ lat, lon }, to);
    const cape = { lat: -60, lon: 30 };
    return distanceNm({ lat, lon }, cape) + distanceNm(cape, to);
  },
  port: (code) => PORTS[code],
  canalAhead: (_destination, _lat, lon) => (lon > 30 ? 'suez' : null),
};

function m(code: MilestoneCode, place: string, at: number, classifier: Milestone['classifier'] = 'ACT'): Milestone {
  return {
    code,
    location: { unLocationCode: place },
    classifier,
    at: at * HOUR,
    estimatedAt: classifier === 'EST' ? at * HOUR : null,
    plannedAt: classifier === 'PLN' ? at * HOUR : null,
    voyage: null,
    vesselName: null,
    vesselImo: null,
    mode: null,
    closed: false,
    sources: [],
  };
}

/** A container that is told of things hour by hour. */
class Box {
  memory: EtaMemory | null = null;
  etas: Eta[] = [];
  milestones: Milestone[] = [];
  origin = 'CNSHA';
  destination = 'NLRTM';
  said: EtaOutcome['said'] = [];
  #latest: EtaInput['latest'] = null;
  readonly #models: EtaModels;

  constructor(models: EtaModels = NO_MODELS) {
    this.#models = models;
  }

  tell(hour: number, ...milestones: Milestone[]): EtaOutcome {
    this.milestones = [...this.milestones, ...milestones];
    return this.#follow(hour, []);
  }

  see(hour: number, lon: number, lat = 0): EtaOutcome {
    this.#latest = { at: hour * HOUR, lat, lon };
    return this.#follow(hour, [this.#latest]);
  }

  #follow(hour: number, fixes: EtaInput['fixes']): EtaOutcome {
    const outcome = followJourney(this.memory, this.etas, {
      now: hour * HOUR,
      fixes,
      latest: this.#latest,
      milestones: this.milestones,
      origin: this.origin,
      destination: this.destination,
      carrierId: 'car_1',
      sea,
      models: this.#models,
    });
    this.memory = outcome.memory;
    this.etas = outcome.etas;
    this.said = [...this.said, ...outcome.said];
    return outcome;
  }

  get arrival(): Eta | undefined {
    return this.etas.find(({ target }) => target === 'vessel_arrival');
  }
}

/** Sails from Shanghai at 18 knots: three tenths of a degree an hour. */
function sailing(hours: number): Box {
  const box = new Box();
  box.tell(0, m('departed', 'CNSHA', 0));
  for (let h = 1; h <= hours; h++) box.see(h, 100 - 0.3 * h);
  return box;
}

describe('followJourney', () => {
  it('says nothing without a destination or anything seen', () => {
    const box = new Box();
    expect(box.tell(0).etas).toEqual([]);
  });

  it('names every target still ahead, in order of time', () => {
    const { etas } = sailing(48);
    expect(etas.map(({ target }) => target)).toEqual(['vessel_arrival', 'discharge', 'gate_out', 'delivery']);
    for (let i = 1; i < etas.length; i++) expect(etas[i]!.p50).toBeGreaterThan(etas[i - 1]!.p50);
    for (const { p10, p50, p90 } of etas) expect(p10 <= p50 && p50 <= p90).toBe(true);
    expect(etas[0]!.explanation.leg).toMatchObject({ from: 'CNSHA', to: 'NLRTM', paceKnots: 18 });
  });

  it('estimates from milestones alone, before the departure and after it', () => {
    const box = new Box();
    box.tell(0, m('gate_in', 'CNSHA', 0));
    expect(box.arrival!.explanation).toMatchObject({ leg: null });
    expect(box.arrival!.explanation.parts.map(({ kind }) => kind)).toEqual(['dwell', 'sea']);
    box.tell(72, m('departed', 'CNSHA', 72));
    expect(box.arrival!.explanation.leg).toMatchObject({ progress: 0 });
  });

  it('adds the stay and the second leg where the box changes ships', () => {
    const direct = sailing(24).arrival!.p50;
    const box = new Box();
    box.tell(0, m('departed', 'CNSHA', 0), m('discharged', 'SGSIN', 150, 'PLN'));
    for (let h = 1; h <= 24; h++) box.see(h, 100 - 0.3 * h);
    expect(box.arrival!.explanation.parts.map(({ kind, from }) => `${kind} ${from}`)).toEqual([
      'sea CNSHA',
      'dwell SGSIN',
      'sea SGSIN',
    ]);
    expect(box.arrival!.p50).toBeGreaterThan(direct + 100 * HOUR);
    box.tell(150, m('arrived', 'SGSIN', 140), m('discharged', 'SGSIN', 150));
    expect(box.memory!.legs).toHaveLength(1);
    expect(box.arrival!.explanation.leg).toBeNull();
    box.tell(250, m('loaded', 'SGSIN', 240), m('departed', 'SGSIN', 250));
    expect(box.arrival!.explanation.leg).toMatchObject({ from: 'SGSIN', to: 'NLRTM' });
  });

  it('takes the stay between two ships from those that were learned', () => {
    const quick = { n: 30, q: new Array<number>(13).fill(20) };
    const box = new Box({ ...NO_MODELS, stays: { 'change@SGSIN': quick } });
    box.tell(0, m('departed', 'CNSHA', 0), m('discharged', 'SGSIN', 150, 'PLN'));
    const usual = new Box();
    usual.tell(0, m('departed', 'CNSHA', 0), m('discharged', 'SGSIN', 150, 'PLN'));
    expect(box.arrival!.explanation.parts[1]).toMatchObject({ kind: 'dwell', from: 'SGSIN', hours: 20 });
    expect((usual.arrival!.p50 - box.arrival!.p50) / HOUR).toBeCloseTo(100, 0);
  });

  it('ends with the arrival, then speaks of what comes after it', () => {
    const box = sailing(330);
    const { reached, etas } = box.tell(335, m('arrived', 'NLRTM', 334));
    expect(reached).toEqual(['vessel_arrival']);
    expect(etas.map(({ target }) => target)).toEqual(['discharge', 'gate_out', 'delivery']);
    expect(box.memory!.legs).toMatchObject([{ from: 'CNSHA', to: 'NLRTM', endedAt: 334 * HOUR }]);
    expect(box.memory!.legs[0]!.calls.length).toBeGreaterThan(15);
    expect(box.tell(350, m('discharged', 'NLRTM', 349)).reached).toEqual(['discharge']);
    expect(box.tell(351).reached).toEqual([]);
  });

  it('tells of an arrival that was corrected', () => {
    const box = sailing(330);
    box.tell(335, m('arrived', 'NLRTM', 334));
    box.milestones = box.milestones.map((known) => (known.code === 'arrived' ? { ...known, at: 333 * HOUR } : known));
    expect(box.tell(336).reached).toEqual(['vessel_arrival']);
  });

  it('revises seldom on a steady ship, and counts it', () => {
    const box = sailing(300);
    expect(box.arrival!.revisions).toBeLessThan(6);
    const ours = box.said.filter(({ source, target }) => source === 'ours' && target === 'vessel_arrival');
    expect(ours).toHaveLength(box.arrival!.revisions + 1);
  });

  it('widens at once when the ship is held, and says why', () => {
    const box = sailing(48);
    const before = box.arrival!;
    box.see(49, 100 - 0.3 * 48);
    const after = box.arrival!;
    expect(after.explanation).toMatchObject({ waiting: 'held', changed: 'the ship makes no progress' });
    expect(after.p90 - after.p10).toBeGreaterThan(before.p90 - before.p10 + 24 * HOUR);
  });

  it('keeps what carrier and schedule said, once for each word', () => {
    const box = new Box();
    box.tell(0, m('departed', 'CNSHA', 0), { ...m('arrived', 'NLRTM', 400, 'EST'), plannedAt: 390 * HOUR });
    box.tell(1);
    const words = box.said.filter(({ source }) => source !== 'ours').map(({ source, p50 }) => [source, p50 / HOUR]);
    expect(words).toEqual([
      ['carrier', 400],
      ['schedule', 390],
    ]);
  });

  it('goes around the Cape when the ship does, and not because it waits', () => {
    const waiting = sailing(200);
    for (let h = 201; h < 320; h++) waiting.see(h, 40);
    expect(waiting.arrival!.explanation.avoiding).toBeNull();
    const box = sailing(200);
    for (let h = 201; h < 320; h++) box.see(h, 40 - 0.05 * (h - 200), -0.3 * (h - 200));
    expect(box.arrival!.explanation.avoiding).toBe('suez');
    expect(box.said.length).toBeGreaterThan(0);
    expect(box.arrival!.explanation.leg!.paceKnots).toBeGreaterThan(5);
    expect(box.arrival!.p50).toBeGreaterThan(sailing(200).arrival!.p50 + 100 * HOUR);
  });

  it('looks no more for a way around a canal that lies behind', () => {
    expect(sailing(200).memory!.leg!.diversion.canal).toBe('suez');
    const behind = sailing(300);
    expect(behind.memory!.leg!.diversion).toEqual({ canal: null, closed: null, other: null, lead: 0 });
    expect(behind.arrival!.explanation.avoiding).toBeNull();
  });

  it('forgets what it said of a place when the destination changes, and says so', () => {
    const box = sailing(48);
    box.destination = 'DEHAM';
    box.see(49, 100 - 0.3 * 49);
    expect(box.arrival).toMatchObject({ location: 'DEHAM', revisions: 0 });
    expect(box.arrival!.explanation.changed).toBe('the destination changed from NLRTM to DEHAM');
    expect(box.memory!.journey).toBe(1);
  });

  it('counts a new journey when the box leaves again after it had arrived', () => {
    const box = sailing(330);
    box.tell(335, m('arrived', 'NLRTM', 334));
    box.tell(900, m('departed', 'CNSHA', 900));
    expect(box.memory).toMatchObject({ journey: 2, reached: {}, legs: [] });
  });

  it('does not take an earlier visit for this arrival, however the box comes and goes', () => {
    const box = sailing(330);
    box.tell(335, m('arrived', 'NLRTM', 334));
    [box.origin, box.destination] = ['NLRTM', 'CNSHA'];
    box.tell(400);
    expect(box.memory).toMatchObject({ journey: 2, since: 334 * HOUR, reached: {} });
    box.tell(700, m('departed', 'NLRTM', 410), m('arrived', 'CNSHA', 700));
    expect(box.memory!.reached).toEqual({ vessel_arrival: 700 * HOUR });
    // Registered for the first way again before it has sailed: it had arrived there before.
    [box.origin, box.destination] = ['CNSHA', 'NLRTM'];
    expect(box.tell(750).reached).toEqual([]);
    expect(box.memory).toMatchObject({ journey: 3, since: 700 * HOUR, reached: {} });
  });

  it('does not take days at the berth for part of the leg', () => {
    const box = new Box();
    for (let h = 0; h < 72; h++) box.see(h, 100);
    for (let h = 72; h < 96; h++) box.see(h, 100 - 0.3 * (h - 71));
    expect(box.memory!.leg!.track.startedAt).toBe(71 * HOUR);
  });
});
