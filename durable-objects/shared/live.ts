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

/** The cursor of an upgrade request, or null when it names none. */
export function cursorOf(url: URL): LiveCursor | null {
  const epoch = url.searchParams.get('epoch');
  const seq = Number(url.searchParams.get('seq') ?? Number.NaN);
  return epoch && Number.isSafeInteger(seq) && seq >= 0 ? { epoch, seq } : null;
}

/** Accepts sockets and sends to all of them. */
export class Live {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    // Answered by the runtime without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Upgrades a request and sends the frames that bring the client up to date. */
  accept(request: Request, greeting: (cursor: LiveCursor | null) => unknown[]): Response {
    if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') {
      return new Response('expected a WebSocket upgrade', { status: 426 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server);
    if (this.#ctx.getWebSockets().length > LIVE_SOCKETS_MAX) {
      server.close(TRY_AGAIN_LATER, 'too many live connections');
    } else {
      for (const frame of greeting(cursorOf(new URL(request.url)))) server.send(JSON.stringify(frame));
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Whether anybody listens: saves building frames for nobody. */
  get watched(): boolean {
    return this.#ctx.getWebSockets().length > 0;
  }

  /** Sends one frame to every socket. A socket that fails is closing by itself: it will resume. */
  broadcast(frame: unknown): void {
    const text = JSON.stringify(frame);
    for (const socket of this.#ctx.getWebSockets()) {
      try {
        socket.send(text);
      } catch {
        socket.close(TRY_AGAIN_LATER, 'send failed');
      }
    }
  }
}

/** Cuts a list into runs whose JSON stays below the frame limit. */
export function framesOf<T>(items: T[]): T[][] {
  const frames: T[][] = [];
  let frame: T[] = [];
  let bytes = 0;
  for (const item of items) {
    // Three bytes a character is the worst case of UTF-8 for what JSON.stringify leaves unescaped.
    const size = JSON.stringify(item).length * 3;
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
