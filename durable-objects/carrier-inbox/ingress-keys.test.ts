import { expect, it } from 'vitest';
import { contentKey, type JourneyEvent } from '../../domain/journey/event.ts';
import { event } from '../../domain/journey/test-log.ts';
import { IngressKeys } from './ingress-keys.ts';
import { LETTER } from './receipts.ts';

const MINUTE = 60_000;

/** Delivers lists of events one after the other, at minutes; the letters of each delivery. */
function letters(...deliveries: [minute: number, events: JourneyEvent[]][]): string[] {
  const keys = new IngressKeys([]);
  return deliveries.map(([minute, said], seq) => {
    const outcome = said.map(() => LETTER.rejected);
    const events = said.map((each, index) => ({ ...each, key: contentKey(each), origin: 0, index }));
    const call = { connectionId: 'con_1', receivedAt: minute * MINUTE, history: 'events' as const, events };
    keys.remember(keys.sortOut(call, seq, outcome));
    return outcome.join('');
  });
}
const said = (over: Partial<JourneyEvent> = {}) => event({ at: 5, createdAt: null, carrierEventId: 'e1', ...over });

it('what bears the time of its word is known by it', () => {
  const first = said({ createdAt: 7 });
  expect(letters([0, [first]], [60, [first, said({ createdAt: 8 }), { ...first, carrierEventId: 'e2' }]])).toEqual([
    'q',
    'dqd',
  ]);
});

it('what bears none is a repetition when it comes again at once, and said anew later', () => {
  expect(letters([0, [said()]], [1, [said()]], [20, [said()]])).toEqual(['q', 'd', 'q']);
});

it('what is told anew behind its retraction is no repetition, however soon', () => {
  const back = said({ retracted: true });
  expect(letters([0, [said()]], [1, [back, back]], [2, [said()]], [3, [said()]])).toEqual(['q', 'qd', 'q', 'd']);
  expect(letters([0, [said(), back, said()]])).toEqual(['qqq']);
  // Under another id it is another word.
  expect(letters([0, [said()]], [1, [back]], [2, [said({ carrierEventId: 'e2' })]])).toEqual(['q', 'q', 'q']);
});

it('an event of several containers, and ids that are used for several kinds of events, are told apart', () => {
  const list = [said(), said({ container: 'MSKU9070323' }), said({ code: 'DISC' })];
  expect(letters([0, list], [1, list])).toEqual(['qqq', 'ddd']);
});
