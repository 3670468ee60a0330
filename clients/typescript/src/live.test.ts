import { expect, it } from 'vitest';
import type { FairleadClient } from './client.ts';
import { ApiError } from './errors.ts';
import { type LiveSocket, openLive } from './live.ts';

/** A feed whose sockets and timers the test moves by hand. */
function feed() {
  const opened: { url: string; socket: LiveSocket; sent: string[] }[] = [];
  const timers: { ms: number; run: () => void; active: boolean }[] = [];
  const frames: unknown[] = [];
  const statuses: string[] = [];
  let fails: Error | null = null;
  const client = {
    origin: 'https://x.example',
    call: async () => {
      if (fails) throw fails;
      return { url: `/v1/live/fleet?ticket=t${opened.length}` };
    },
  } as unknown as FairleadClient;
  const close = openLive(
    client,
    { topic: 'fleet' },
    {
      onFrame: (frame) => void frames.push(frame),
      onStatus: (status) => void statuses.push(status),
      open: (url) => {
        const sent: string[] = [];
        const socket: LiveSocket = {
          onmessage: null,
          onclose: null,
          send: (text) => void sent.push(text),
          close: () => {},
        };
        opened.push({ url, socket, sent });
        return socket;
      },
      later: (ms, run) => {
        const timer = { ms, run, active: true };
        timers.push(timer);
        return () => {
          timer.active = false;
        };
      },
      random: () => 0.5,
    },
  );
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const fire = async (): Promise<number> => {
    const timer = timers.findLast(({ active }) => active)!;
    timer.active = false;
    timer.run();
    await settle();
    return timer.ms;
  };
  const setFails = (value: Error | null): void => {
    fails = value;
  };
  return { opened, timers, frames, statuses, close, settle, fire, setFails };
}

const frame = (seq: number): { data: string } => ({ data: JSON.stringify({ type: 'resumed', epoch: 'ep_1', seq }) });

it('comes back with the cursor of the last frame, at growing intervals', async () => {
  const { opened, frames, statuses, settle, fire, setFails } = feed();
  await settle();
  opened[0]!.socket.onmessage!(frame(7));
  opened[0]!.socket.onmessage!({ data: 'pong' });
  expect(frames).toHaveLength(1);
  opened[0]!.socket.onclose!({ code: 1006 });
  setFails(new Error('away'));
  expect(await fire()).toBe(500);
  expect(await fire()).toBe(1_000);
  setFails(null);
  expect(await fire()).toBe(2_000);
  expect(opened[1]!.url).toBe('wss://x.example/v1/live/fleet?ticket=t1&epoch=ep_1&seq=7');
  expect(statuses).toEqual([
    'connecting',
    'live',
    'offline',
    'connecting',
    'offline',
    'connecting',
    'offline',
    'connecting',
  ]);
});

it.each([401, 403])(
  'ends when it gets no other ticket (%i): closed by the server, it comes back but is refused',
  async (status) => {
    const { opened, statuses, timers, settle, fire, setFails } = feed();
    await settle();
    opened[0]!.socket.onclose!({ code: 4401 });
    setFails(new ApiError(status, { status, title: 'x', type: '', detail: '', correlationId: '' }, null));
    expect(await fire()).toBe(500);
    expect(statuses.at(-1)).toBe('ended');
    expect(timers.some(({ active }) => active)).toBe(false);
  },
);

it('goes on when only the tokens of its session had ended', async () => {
  const { opened, statuses, settle, fire } = feed();
  await settle();
  opened[0]!.socket.onclose!({ code: 4401 });
  await fire();
  opened[1]!.socket.onmessage!(frame(1));
  expect(statuses.at(-1)).toBe('live');
});

it('asks a silent socket whether it is still there', async () => {
  const { opened, settle, fire } = feed();
  await settle();
  expect(await fire()).toBe(25_000);
  expect(opened[0]!.sent).toEqual(['ping']);
  opened[0]!.socket.onmessage!({ data: 'pong' });
  expect(await fire()).toBe(10_000);
  expect(await fire()).toBe(25_000);
  expect(opened).toHaveLength(1);
});

it('gives up a socket that does not answer, and one that cannot even be asked', async () => {
  const { opened, statuses, settle, fire } = feed();
  await settle();
  opened[0]!.socket.send = () => {
    throw new Error('still connecting');
  };
  await fire();
  expect(await fire()).toBe(10_000);
  expect(statuses.at(-1)).toBe('offline');
  await fire();
  expect(opened).toHaveLength(2);
  // What the given-up socket does later concerns nobody.
  opened[0]!.socket.onclose!({ code: 1006 });
  expect(statuses.at(-1)).toBe('connecting');
});

it('is over when it is closed', async () => {
  const { opened, frames, timers, close, settle } = feed();
  await settle();
  close();
  opened[0]!.socket.onmessage!(frame(1));
  opened[0]!.socket.onclose!({ code: 1000 });
  expect([frames.length, timers.some(({ active }) => active)]).toEqual([0, false]);
});
