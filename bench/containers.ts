/** The containers of the benchmarks: the same numbers on every side. */
import { checkDigit } from '../domain/identifiers/iso6346.ts';
import type { ApiClient } from '../scripts/support/api.ts';

/** Containers of one request: the API's bound. */
const AT_ONCE = 200;

/** A valid container number for benchmark container i. */
export function numberOf(i: number): string {
  const ten = `BNCU${String(i).padStart(6, '0')}`;
  return ten + checkDigit(ten);
}

/** Registers the containers from `from` on before `to`, with a destination, so that each position estimates an arrival. */
export async function registerFleet(client: ApiClient, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += AT_ONCE) {
    const containers = Array.from({ length: Math.min(AT_ONCE, to - first) }, (_, i) => ({
      number: numberOf(first + i),
      origin: 'CNSHA',
      destination: 'NLRTM',
    }));
    await client.must('POST', '/v1/containers', { containers });
  }
}
