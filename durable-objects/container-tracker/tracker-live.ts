/** The live sockets of a container: each change as a frame, and what a client missed while it was away. */
import type { ApiContainer } from '../../contracts/tracking/containers.ts';
import type { ContainerFrame } from '../../contracts/tracking/live.ts';
import type { ContainerState } from '../../domain/container/state.ts';
import { type PointTuple, toPosition } from '../../domain/positions/chunk.ts';
import { LIVE_POSITIONS_MAX, LIVE_RING_DELTAS } from '../../platform/limits.ts';
import { Live, type LiveCursor, LiveRing } from '../kit/live.ts';
import { positionToApi } from './to-api.ts';

/** The sockets of one container. */
export class TrackerLive {
  readonly #live: Live;
  #ring = new LiveRing<string>(LIVE_RING_DELTAS);
  readonly #view: () => ApiContainer | null;
  /** Whether anybody has listened since the object woke: for nobody no frames are made, nor kept for their return. */
  #wasWatched: boolean;

  constructor(ctx: DurableObjectState, view: () => ApiContainer | null) {
    this.#live = new Live(ctx);
    this.#view = view;
    this.#wasWatched = this.#live.watched;
  }

  /** Tells every client of a change. */
  tell({ epoch, seq }: ContainerState, fresh: PointTuple[]): void {
    if (!this.#wasWatched) return;
    // A backfill may bring thousands: the newest go along.
    const positions = fresh.slice(-LIVE_POSITIONS_MAX).map((point) => positionToApi(toPosition(point)));
    const frame: ContainerFrame = { type: 'delta', epoch, seq, container: this.#view(), positions };
    const text = JSON.stringify(frame);
    this.#ring.push(seq, text);
    this.#live.broadcast(text);
  }

  /** Opens a socket and brings it up to date. */
  accept(request: Request, state: ContainerState | null): Response {
    this.#wasWatched = true;
    return this.#live.accept(request, (cursor) => this.#greeting(cursor, state));
  }

  #greeting(cursor: LiveCursor | null, state: ContainerState | null): string[] {
    const one = (frame: ContainerFrame): string[] => [JSON.stringify(frame)];
    if (cursor && state && cursor.epoch === state.epoch) {
      if (cursor.seq === state.seq) return one({ type: 'resumed', epoch: state.epoch, seq: state.seq });
      const missed = this.#ring.since(cursor.seq);
      if (missed) return missed;
    }
    return one({ type: 'snapshot', epoch: state?.epoch ?? null, seq: state?.seq ?? 0, container: this.#view() });
  }

  /** Closes the sockets of a session or client that ended. */
  closeSocketsOf(holder: string, endedAt: number): void {
    this.#live.closeSocketsOf(holder, endedAt);
  }

  /** There is nothing to be told any more. */
  closeAll(): void {
    this.#ring = new LiveRing(LIVE_RING_DELTAS);
    this.#live.closeAll();
  }

  /** A client has closed its socket. */
  closed(socket: WebSocket, code: number): void {
    this.#live.closed(socket, code);
  }
}
