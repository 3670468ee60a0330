import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { INGEST_BODY_MAX_BYTES } from '../../../platform/limits.ts';
import { readBodyText } from './body-text.ts';

const TEXT = '[{"name":"Gdańsk – Łódź – 上海"}]';
const bigEndian = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(TEXT)])],
  ['UTF-16, little end first, with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(TEXT, 'utf16le')])],
  [
    'UTF-16, big end first, with a mark',
    bigEndian(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(TEXT, 'utf16le')])),
  ],
  ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le')],
  ['UTF-16, big end first, without a mark', bigEndian(Buffer.from(TEXT, 'utf16le'))],
  ['gzip', gzipSync(TEXT)],
  ['gzip of UTF-16', gzipSync(Buffer.from(TEXT, 'utf16le'))],
])('reads %s', async (_name, body) => {
  expect(await readBodyText(body)).toEqual({ text: TEXT, warning: null });
});

it('reads Latin-1 as a last resort, and says so', async () => {
  const read = await readBodyText(Buffer.from('{"name":"Kønig Håkon"}', 'latin1'));
  expect(read).toEqual({ text: '{"name":"Kønig Håkon"}', warning: expect.stringContaining('Latin-1') });
});

it('unzips within the bound of a body, and names what is broken', async () => {
  const bomb = gzipSync(Buffer.alloc(INGEST_BODY_MAX_BYTES + 1, ' '));
  expect(bomb.length).toBeLessThan(10_000);
  expect(await readBodyText(bomb)).toEqual({ unreadable: expect.stringContaining('larger than') });
  const whole = gzipSync(TEXT);
  expect(await readBodyText(whole.subarray(0, 20))).toEqual({ unreadable: expect.stringContaining('broken') });
  expect(await readBodyText(Buffer.from([0x1f, 0x8b]))).toEqual({ unreadable: expect.stringContaining('broken') });
});

it('reads whatever bytes there are without throwing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
      const read = await readBodyText(bytes);
      expect('unreadable' in read || typeof read.text === 'string').toBe(true);
    }),
  );
});
