import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { INGEST_BODY_MAX_BYTES } from '../../../platform/limits.ts';
import { rawBody, readBodyText } from './body-text.ts';

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
  ['gzip in two members', Buffer.concat([gzipSync(TEXT.slice(0, 5)), gzipSync(TEXT.slice(5))])],
  ['gzip with zeros at its end', Buffer.concat([gzipSync(TEXT), Buffer.alloc(16)])],
  ['gzip of UTF-16', gzipSync(Buffer.from(TEXT, 'utf16le'))],
])('reads %s', (_name, body) => {
  expect(readBodyText(body)).toEqual({ text: TEXT, warning: null });
});

it('reads Latin-1 as a last resort, and says so', () => {
  const read = readBodyText(Buffer.from('{"name":"Kønig Håkon"}', 'latin1'));
  expect(read).toEqual({ text: '{"name":"Kønig Håkon"}', warning: expect.stringContaining('Latin-1') });
});

it('unzips within the bound of a body, and names what is broken', () => {
  const bomb = gzipSync(Buffer.alloc(INGEST_BODY_MAX_BYTES + 1, ' '));
  expect(bomb.length).toBeLessThan(10_000);
  expect(readBodyText(bomb)).toEqual({ unreadable: expect.stringContaining('larger than') });
  const half = gzipSync(Buffer.alloc(INGEST_BODY_MAX_BYTES / 2 + 1, ' '));
  expect(readBodyText(Buffer.concat([half, half]))).toEqual({ unreadable: expect.stringContaining('larger than') });
  const whole = gzipSync(TEXT);
  const otherSum = Buffer.from(whole);
  otherSum[otherSum.length - 6]! ^= 1;
  for (const broken of [otherSum, whole.subarray(0, -3), Buffer.concat([whole, whole.subarray(0, 12)])]) {
    expect(readBodyText(broken)).toEqual({ unreadable: expect.stringContaining('broken') });
  }
  expect(readBodyText(whole.subarray(0, 20))).toEqual({ unreadable: expect.stringContaining('broken') });
  expect(readBodyText(Buffer.from([0x1f, 0x8b]))).toEqual({ unreadable: expect.stringContaining('broken') });
});

it('keeps what cannot be read so that its bytes can be had again', () => {
  const broken = gzipSync(TEXT).subarray(0, 30);
  const [head, base64] = rawBody(broken, 100).split(',');
  expect(head).toBe('data:application/gzip;base64');
  expect(Buffer.from(base64!, 'base64')).toEqual(broken);
  expect(rawBody(Buffer.concat([broken, Buffer.alloc(9_000)]), 4_096).length).toBeLessThanOrEqual(4_096);
  expect(rawBody(Buffer.from('{"a":'), 4)).toBe('{"a"');
});

it('reads whatever bytes there are without throwing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (tail, zipped) => {
      const bytes = zipped ? Uint8Array.from([0x1f, 0x8b, 8, ...tail]) : tail;
      const read = readBodyText(bytes);
      expect('unreadable' in read || typeof read.text === 'string').toBe(true);
    }),
  );
});
