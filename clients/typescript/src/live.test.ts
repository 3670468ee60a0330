import { expect, it } from 'vitest';
import type { FairleadClient } from './client.ts';
import { type LiveSocket, openLive } from './live.ts';

/** A feed whose sockets and timers the test moves by hand. */
function feed() {
  const opened: { url: string; socket: LiveSocket; sent: string[] }[] = [];
  const timers: { ms: number; run: () => void; active: boolean }[] = [];
  const frames: unknown[] = [];
  const statuses: string[] = [];
  let fails = false;
  const client = {
    origin: 'https://x.example',
    call: async () => {
      if (fails) throw new Error('away');
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
  const setFails = (value: boolean): void => {
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
  setFails(true);
  expect(await fire()).toBe(500);
  expect(await fire()).toBe(1_000);
  setFails(false);
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

it('does not come back when its session has ended', async () => {
  const { opened, statuses, timers, settle } = feed();
  await settle();
  opened[0]!.socket.onclose!({ code: 4401 });
  expect(statuses.at(-1)).toBe('ended');
  expect(timers.some(({ active }) => active)).toBe(false);
});

it('asks a silent socket whether it is still there', async () => {
  const { opened, settle, fire } = feed();
  await settle();
  expect(await fire()).toBe(25_000);
  expect(opened[0]!.sent).toEqual(['ping']);
});

it('is over when it is closed', async () => {
  const { opened, frames, timers, close, settle } = feed();
  await settle();
  close();
  opened[0]!.socket.onmessage!(frame(1));
  opened[0]!.socket.onclose!({ code: 1000 });
  expect([frames.length, timers.some(({ active }) => active)]).toEqual([0, false]);
});
