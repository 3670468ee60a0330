/** A WebSocket client for tests: frames are read one after another. */
import WebSocket from 'ws';
import { containerFrame, fleetFrame } from '../../contracts/tracking/live.ts';

/** An open socket. */
export interface TestSocket {
  /** The next frame, parsed. */
  next(): Promise<any>;
  /** Reads frames until one satisfies the check. */
  nextWhere(check: (frame: any) => boolean): Promise<any>;
  closed: Promise<number>;
  close(): void;
}

/** Opens a WebSocket; rejects with the status when the server refuses. */
export function openSocket(origin: string, path: string): Promise<TestSocket> {
  // The local runtime leaves it to the client to end the connection once both have said goodbye.
  const socket = new WebSocket(origin.replace(/^http/, 'ws') + path, { closeTimeout: 100 } as object);
  // A frame that its contract does not say fails the test that reads it.
  const schema = path.startsWith('/v1/live/fleet') ? fleetFrame : containerFrame;
  const frames: unknown[] = [];
  const waiting: ((frame: unknown) => void)[] = [];
  socket.on('message', (data) => {
    const frame: unknown = schema.parse(JSON.parse(String(data)));
    const reader = waiting.shift();
    if (reader) reader(frame);
    else frames.push(frame);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const next = (): Promise<any> =>
    frames.length > 0 ? Promise.resolve(frames.shift()) : new Promise((resolve) => waiting.push(resolve));
  const nextWhere = async (check: (frame: any) => boolean): Promise<any> => {
    for (;;) {
      const frame = await next();
      if (check(frame)) return frame;
    }
  };
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve({ next, nextWhere, closed, close: () => socket.close() }));
    socket.on('unexpected-response', (_request, answer) => reject(new Error(`refused with ${answer.statusCode}`)));
    socket.on('error', reject);
  });
}
