import { describe, expect, it } from 'vitest';
import type { Milestone, MilestoneCode } from '../journey/milestone.ts';
import { planOf, saidBy } from './plan.ts';

function m(code: MilestoneCode, place: string, at: number, classifier: Milestone['classifier'] = 'ACT'): Milestone {
  return {
    code,
    location: { unLocationCode: place },
    classifier,
    at,
    estimatedAt: classifier === 'EST' ? at : null,
    plannedAt: classifier === 'PLN' ? at : null,
    voyage: null,
    vesselName: null,
    vesselImo: null,
    mode: null,
    closed: false,
    sources: [],
  };
}

describe('planOf', () => {
  it('is in port before the departure, under way after it, arrived at the end', () => {
    const loaded = [m('gate_in', 'CNSHA', 1), m('loaded', 'CNSHA', 2)];
    expect(planOf(loaded, 'CNSHA', 'NLRTM')).toMatchObject({ nodes: ['CNSHA', 'NLRTM'], leg: 0, phase: 'in_port' });
    const sailed = [...loaded, m('departed', 'CNSHA', 3)];
    expect(planOf(sailed, 'CNSHA', 'NLRTM')).toMatchObject({ leg: 0, phase: 'under_way', departedAt: 3 });
    const there = planOf([...sailed, m('arrived', 'NLRTM', 9)], 'CNSHA', 'NLRTM');
    expect(there).toMatchObject({ phase: 'arrived', reached: { vessel_arrival: 9 } });
  });

  it('knows a change of ships from a plan, and follows the box through it', () => {
    const ahead = [m('departed', 'CNSHA', 3), m('discharged', 'SGSIN', 10, 'PLN'), m('arrived', 'NLRTM', 40, 'EST')];
    expect(planOf(ahead, 'CNSHA', 'NLRTM')).toMatchObject({
      nodes: ['CNSHA', 'SGSIN', 'NLRTM'],
      leg: 0,
      phase: 'under_way',
    });
    const changing = [m('departed', 'CNSHA', 3), m('arrived', 'SGSIN', 10), m('discharged', 'SGSIN', 11)];
    expect(planOf(changing, 'CNSHA', 'NLRTM')).toMatchObject({ leg: 1, phase: 'in_port', departedAt: null });
    const onward = [...changing, m('loaded', 'SGSIN', 15), m('departed', 'SGSIN', 16)];
    expect(planOf(onward, 'CNSHA', 'NLRTM')).toMatchObject({ leg: 1, phase: 'under_way', departedAt: 16 });
  });

  it('takes a mere call of the ship for no change', () => {
    const calls = [m('departed', 'CNSHA', 3), m('arrived', 'MYPKG', 9), m('departed', 'MYPKG', 10)];
    const plan = planOf(calls, 'CNSHA', 'NLRTM');
    expect(plan.nodes).toEqual(['CNSHA', 'NLRTM']);
    expect(plan).toMatchObject({ leg: 0, phase: 'under_way' });
  });

  it('starts over when the box leaves the origin again', () => {
    const first = [
      m('departed', 'CNSHA', 3),
      m('arrived', 'NLRTM', 30),
      m('gate_out', 'NLRTM', 33),
      m('stripped', 'DEDUI', 35),
    ];
    expect(planOf(first, 'CNSHA', 'NLRTM').reached).toMatchObject({ vessel_arrival: 30, gate_out: 33, delivery: 35 });
    const second = planOf([...first, m('departed', 'CNSHA', 90)], 'CNSHA', 'NLRTM');
    expect(second).toMatchObject({ phase: 'under_way', departedAt: 90, reached: {} });
  });

  it('takes the ship sailing on for no undoing of the arrival', () => {
    const plan = planOf(
      [m('departed', 'CNSHA', 0), m('arrived', 'NLRTM', 9), m('departed', 'NLRTM', 20)],
      undefined,
      'NLRTM',
    );
    expect(plan.reached.vessel_arrival).toBe(9);
  });
});

describe('saidBy', () => {
  it('reads carrier and schedule apart, and no word of an earlier voyage', () => {
    const milestones = [
      m('arrived', 'NLRTM', 2, 'EST'),
      m('departed', 'CNSHA', 3),
      { ...m('arrived', 'NLRTM', 40, 'EST'), plannedAt: 35 },
    ];
    const plan = planOf(milestones, 'CNSHA', 'NLRTM');
    expect(saidBy(milestones, plan, 'vessel_arrival', 'EST')).toBe(40);
    expect(saidBy(milestones, plan, 'vessel_arrival', 'PLN')).toBe(35);
    expect(saidBy(milestones, plan, 'discharge', 'EST')).toBeNull();
  });
});
