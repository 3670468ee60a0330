/** A live client that goes on through every kill, and what it has missed. */
import type { FairleadClient } from '../../clients/typescript/src/client.ts';
import { openLive } from '../../clients/typescript/src/live.ts';

/** Follows one container. */
export class Watch {
  readonly #seen = new Set<string>();
  readonly #close: () => void;
  #seq = -1;
  #snapshots = 0;
  /** Positions before the last snapshot are part of it, and no delta says them. */
  #knownAt = 0;

  constructor(client: FairleadClient, number: string) {
    this.#close = openLive(
      client,
      { topic: 'container', number },
      {
        random: () => 0,
        onFrame: (frame) => {
          this.#seq = frame.seq;
          if (frame.type === 'snapshot') {
            this.#snapshots++;
            this.#knownAt = Date.parse(frame.container?.position?.at ?? '') || 0;
          }
          if (frame.type === 'delta') for (const { at } of frame.positions) this.#seen.add(new Date(at).toISOString());
        },
      },
    );
  }

  /** How far the client is. */
  get seq(): number {
    return this.#seq;
  }

  /** Snapshots it was sent: one when it came, and one for each time that it could not be told what it had missed. */
  get snapshots(): number {
    return this.#snapshots;
  }

  /** Of the positions that a container has, those that the client was never told of. */
  missed(positions: Iterable<string>): string[] {
    return [...positions].filter((at) => Date.parse(at) > this.#knownAt && !this.#seen.has(at));
  }

  close(): void {
    this.#close();
  }
}
