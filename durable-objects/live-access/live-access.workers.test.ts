import { reset, runInDurableObject } from 'cloudflare:test';
import { afterEach, expect, it } from 'vitest';
import { fleetIndex } from '../fleet-index/stub.ts';
import { HOLDER_HEADER, REDEEMED_HEADER } from '../kit/live.ts';
import { runAlarm } from '../testing/alarms.ts';
import { bindings } from '../testing/events.ts';
import { EVERYBODY } from './everybody.ts';
import { liveAccess } from './stub.ts';

const NOW = Date.now();
const access = () => liveAccess(bindings, 'ten_1');
const raw = () => bindings.LIVE_ACCESS.get(bindings.LIVE_ACCESS.idFromName('ten_1'));
const store = (hash: string, holder: string) =>
  access().storeTicket({ hash, topic: 'fleet', holder, securityVersion: 0, expiresAt: NOW + 30_000 });
const closings = () =>
  runInDurableObject(raw(), (_object, { storage }) => storage.sql.exec('SELECT holder, looks FROM closings').toArray());
/** Makes all that the object has to do due, and does it. */
async function close(): Promise<void> {
  await runInDurableObject(raw(), (_object, { storage }) => void storage.sql.exec('UPDATE closings SET due_at = 0'));
  await runAlarm(raw());
}

/** Opens a socket of the fleet that belongs to a holder, and gathers the codes it is closed with. */
async function listen(holder: string, redeemedAt = NOW): Promise<number[]> {
  const answer = await fleetIndex(bindings, 'ten_1').fetch('https://fleet/', {
    headers: { upgrade: 'websocket', [HOLDER_HEADER]: holder, [REDEEMED_HEADER]: String(redeemedAt) },
  });
  const socket = answer.webSocket!;
  const codes: number[] = [];
  socket.addEventListener('close', ({ code }) => void codes.push(code));
  socket.accept();
  return codes;
}

afterEach(() => reset());

it('redeems a ticket once, and none that has expired', async () => {
  await store('h1', 'ses_1');
  expect(await access().redeemTicket('h1')).toMatchObject({ topic: 'fleet', holder: 'ses_1' });
  expect(await access().redeemTicket('h1')).toBeNull();
  await access().storeTicket({ hash: 'h2', topic: 'fleet', holder: 'ses_1', securityVersion: 0, expiresAt: NOW - 1 });
  expect(await access().redeemTicket('h2')).toBeNull();
  expect(await access().redeemTicket('h3')).toBeNull();
});

it('takes the tickets of a holder that has ended, and closes its sockets, looking twice', async () => {
  await store('h1', 'ses_1');
  await store('h2', 'ses_1');
  await store('h3', 'ses_2');
  await access().redeemTicket('h1');
  await access().redeemTicket('h3');
  const [ended, other] = [await listen('ses_1'), await listen('ses_2')];
  await access().holdersEnded(['ses_1']);
  await expect.poll(() => ended).toEqual([4401]);
  expect(await access().redeemTicket('h2')).toBeNull();
  await expect.poll(closings).toEqual([{ holder: 'ses_1', looks: 1 }]);
  // A handshake that was under way when the session ended.
  const late = await listen('ses_1');
  await close();
  await expect.poll(() => late).toEqual([4401]);
  expect(await closings()).toEqual([]);
  expect(other).toEqual([]);
});

it('leaves the sockets of a holder that has come back since: only its tokens had ended', async () => {
  await store('h1', 'cli_1');
  await access().redeemTicket('h1');
  await access().holdersEnded(['cli_1']);
  await expect.poll(closings).toEqual([{ holder: 'cli_1', looks: 1 }]);
  const back = await listen('cli_1', Date.now() + 1);
  await close();
  await expect.poll(closings).toEqual([]);
  expect(back).toEqual([]);
});

it('closes more than one round of sockets at once, the fleet first', async () => {
  await runInDurableObject(raw(), (_object, { storage }) => {
    for (let i = 0; i < 220; i++) storage.sql.exec("INSERT INTO sockets VALUES ('ses_1', ?)", `container:C${i}`);
    storage.sql.exec("INSERT INTO sockets VALUES ('ses_1', 'fleet')");
  });
  const fleet = await listen('ses_1');
  await access().holdersEnded(['ses_1']);
  await expect.poll(() => fleet).toEqual([4401]);
  // Looked at once, or twice and done with, where that took its time.
  await expect.poll(async () => (await closings()).filter(({ looks }) => looks === 0).length).toBe(0);
});

it('asks no object about a holder that listens nowhere', async () => {
  await access().holdersEnded(['ses_9']);
  expect(await closings()).toEqual([]);
});

it('closes everybody’s sockets when live sockets are switched off', async () => {
  for (const holder of ['ses_1', 'cli_2']) {
    await store(`h${holder}`, holder);
    await access().redeemTicket(`h${holder}`);
  }
  await store('unused', 'ses_3');
  const [one, two] = [await listen('ses_1'), await listen('cli_2')];
  await access().holdersEnded([EVERYBODY]);
  await expect.poll(() => [...one, ...two]).toEqual([4401, 4401]);
  expect(await access().redeemTicket('unused')).toBeNull();
});

it('drops tickets that nobody redeemed, and then rests', async () => {
  await access().storeTicket({ hash: 'h1', topic: 'fleet', holder: 'ses_1', securityVersion: 0, expiresAt: NOW - 1 });
  await close();
  const left = await runInDurableObject(raw(), async (_object, { storage }) => [
    storage.sql.exec('SELECT * FROM tickets').toArray(),
    await storage.getAlarm(),
  ]);
  expect(left).toEqual([[], null]);
});
