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
  readonly #ring = new LiveRing<ContainerFrame>(LIVE_RING_DELTAS);
  readonly #view: () => ApiContainer | null;

  constructor(ctx: DurableObjectState, view: () => ApiContainer | null) {
    this.#live = new Live(ctx);
    this.#view = view;
  }

  /** Tells every client of a change. */
  tell({ epoch, seq }: ContainerState, fresh: PointTuple[]): void {
    // A backfill may bring thousands: the newest go along.
    const positions = fresh.slice(-LIVE_POSITIONS_MAX).map((point) => positionToApi(toPosition(point)));
    const frame: ContainerFrame = { type: 'delta', epoch, seq, container: this.#view(), positions };
    this.#ring.push(seq, frame);
    this.#live.broadcast(frame);
  }

  /** Opens a socket and brings it up to date. */
  accept(request: Request, state: ContainerState | null): Response {
    return this.#live.accept(request, (cursor) => this.#greeting(cursor, state));
  }

  #greeting(cursor: LiveCursor | null, state: ContainerState | null): ContainerFrame[] {
    if (cursor && state && cursor.epoch === state.epoch) {
      if (cursor.seq === state.seq) return [{ type: 'resumed', epoch: state.epoch, seq: state.seq }];
      const missed = this.#ring.since(cursor.seq);
      if (missed) return missed;
    }
    return [{ type: 'snapshot', epoch: state?.epoch ?? null, seq: state?.seq ?? 0, container: this.#view() }];
  }

  /** Closes the sockets of a session or client that ended. */
  closeSocketsOf(holder: string, endedAt: number): void {
    this.#live.closeSocketsOf(holder, endedAt);
  }

  /** There is nothing to be told any more. */
  closeAll(): void {
    this.#live.closeAll();
  }

  /** A client has closed its socket. */
  closed(socket: WebSocket, code: number): void {
    this.#live.closed(socket, code);
  }
}
