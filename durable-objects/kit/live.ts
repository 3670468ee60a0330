/**
 * Live sockets of an object, by the hibernation API: the object may sleep while its sockets stay
 * open. A frame carries `{epoch, seq}`; a client that reconnects with its last cursor gets what it
 * missed, or a snapshot when that is no longer known. Either way there is no gap.
 */
import { LIVE_FRAME_MAX_BYTES, LIVE_SOCKETS_MAX } from '../../platform/limits.ts';

/** Where a client stands in the object's stream of changes. */
export interface LiveCursor {
  epoch: string;
  seq: number;
}

/** Close code for "try again later" (RFC 6455 registry). */
const TRY_AGAIN_LATER = 1013;
/** Our close code (RFC 6455 section 7.4.2, private use) for "not admitted any more": sign in again. */
/** RFC 6455 section 7.4.1: an endpoint is going away. */
const GONE = 1001;
const SESSION_ENDED = 4401;
const ENDED_WHY = 'the session has ended, or this address is not admitted any more';
/** The header in which the gateway names the session or client that an upgrade belongs to. */
export const HOLDER_HEADER = 'fairlead-socket-holder';
/** The header with the instant at which its ticket was redeemed, ms since the epoch. */
export const REDEEMED_HEADER = 'fairlead-socket-redeemed-at';
/** How long an ended holder is remembered: longer than a handshake that was under way can take. */
const ENDED_KEPT_MS = 60_000;

/** The cursor of an upgrade request, or null when it names none. */
function cursorOf(url: URL): LiveCursor | null {
  const epoch = url.searchParams.get('epoch');
  const seq = Number(url.searchParams.get('seq') ?? Number.NaN);
  return epoch && Number.isSafeInteger(seq) && seq >= 0 ? { epoch, seq } : null;
}

/** Accepts sockets and sends to all of them. */
export class Live {
  readonly #ctx: DurableObjectState;
  readonly #ended = new Map<string, number>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    // Answered by the runtime without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Upgrades a request and sends the frames that bring the client up to date. */
  accept(request: Request, greeting: (cursor: LiveCursor | null) => string[]): Response {
    if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') {
      return new Response('expected a WebSocket upgrade', { status: 426 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    const holder = request.headers.get(HOLDER_HEADER);
    const redeemedAt = Number(request.headers.get(REDEEMED_HEADER) ?? 0);
    this.#ctx.acceptWebSocket(server, holder ? [holder] : []);
    server.serializeAttachment({ redeemedAt });
    if (holder && redeemedAt <= (this.#ended.get(holder) ?? Number.NEGATIVE_INFINITY)) {
      server.close(SESSION_ENDED, ENDED_WHY);
    } else if (this.#ctx.getWebSockets().length > LIVE_SOCKETS_MAX) {
      server.close(TRY_AGAIN_LATER, 'too many live connections');
    } else {
      for (const frame of greeting(cursorOf(new URL(request.url)))) server.send(frame);
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  /**
   * Closes the sockets of a session or client whose tickets were redeemed until it ended, and those still on
   * their way. Later ones stay: only its tokens may have ended, and it has come back with others.
   */
  closeSocketsOf(holder: string, endedAt: number): void {
    for (const [name, at] of this.#ended) if (at + ENDED_KEPT_MS <= Date.now()) this.#ended.delete(name);
    this.#ended.set(holder, endedAt);
    for (const socket of this.#ctx.getWebSockets(holder)) {
      const { redeemedAt } = socket.deserializeAttachment() as { redeemedAt: number };
      if (redeemedAt <= endedAt) socket.close(SESSION_ENDED, ENDED_WHY);
    }
  }

  /** Closes every socket: what it is about is gone. */
  closeAll(): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(GONE, 'It is gone');
  }

  /** Answers a client's close: without it the closing handshake (RFC 6455 section 7.1.2) never ends. */
  closed(socket: WebSocket, code: number): void {
    // 1005 and 1006 say that no code came; they must not be sent.
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  /** Whether anybody listens: saves building frames for nobody. */
  get watched(): boolean {
    return this.#ctx.getWebSockets().length > 0;
  }

  /** Sends one frame, as JSON text, to every socket. A socket that fails is closing by itself: it will resume. */
  broadcast(text: string): void {
    for (const socket of this.#ctx.getWebSockets()) {
      try {
        socket.send(text);
      } catch {
        socket.close(TRY_AGAIN_LATER, 'send failed');
      }
    }
  }
}

/** The last frames of an object, for clients that come back soon. In memory: what is forgotten costs a snapshot. */
export class LiveRing<Frame> {
  readonly #size: number;
  #frames: { seq: number; frame: Frame }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Keeps a frame that brings clients up to `seq`. */
  push(seq: number, frame: Frame): void {
    this.#frames.push({ seq, frame });
    if (this.#frames.length > this.#size) this.#frames.shift();
  }

  /** All frames after `seq`; null when they are not all known. */
  since(seq: number): Frame[] | null {
    const missed = this.#frames.filter((known) => known.seq > seq);
    return missed[0]?.seq === seq + 1 ? missed.map(({ frame }) => frame) : null;
  }
}

/** Cuts a list into runs whose JSON stays below the frame limit. */
export function framesOf<T>(items: readonly T[], textOf: (item: T) => string): T[][] {
  const frames: T[][] = [];
  let frame: T[] = [];
  let bytes = 0;
  for (const item of items) {
    // Three bytes a character is the worst case of UTF-8 for what JSON.stringify leaves unescaped.
    const size = textOf(item).length * 3;
    if (bytes + size > LIVE_FRAME_MAX_BYTES && frame.length > 0) {
      frames.push(frame);
      frame = [];
      bytes = 0;
    }
    frame.push(item);
    bytes += size;
  }
  if (frame.length > 0) frames.push(frame);
  return frames;
}
