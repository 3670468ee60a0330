import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesOf, filesOf, importsOf, misplaced, ROOM_RULES, sourcesOf } from './support/architecture.ts';
import { ROOT } from './support/root.ts';

const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const files = Object.keys(ROOM_RULES).flatMap((room) => sourcesOf(ROOT, room));
const graph = new Map(files.map((file) => [file, importsOf(file, text(file))]));

describe('the arrows of the house point inward', () => {
  it('no file imports from a room that its own may not', () => {
    expect(misplaced(graph)).toEqual([]);
  });

  it('an import against an arrow is found, whichever it is', () => {
    const against: [string, string][] = [
      ['domain/money.ts', 'contracts/kit/result.ts'],
      ['domain/money.ts', 'platform/log.ts'],
      ['reference/ports.ts', 'platform/log.ts'],
      ['contracts/kit/serve.ts', 'platform/log.ts'],
      ['contracts/kit/serve.ts', 'contracts/identity/people.ts'],
      ['contracts/identity/people.ts', 'durable-objects/kit/sql.ts'],
      ['platform/log.ts', 'contracts/identity/people.ts'],
      ['platform/log.ts', 'workers/gateway/app.ts'],
      ['durable-objects/kit/sql.ts', 'workers/gateway/app.ts'],
      ['durable-objects/kit/sql.ts', 'durable-objects/fleet-index/storage.ts'],
      ['workers/gateway/app.ts', 'workers/identity/service.ts'],
      ['clients/typescript/src/client.ts', 'contracts/kit/paging.ts'],
      ['console/src/api.ts', 'contracts/identity/people.ts'],
    ];
    for (const [from, to] of against) expect(misplaced(new Map([[from, [to]]]))).toEqual([`${from} -> ${to}`]);
  });

  it('no files import each other in a circle, not even for their types', () => {
    expect(circlesOf(graph)).toEqual([]);
    expect(
      circlesOf(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
          ['d', ['a']],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']]);
  });
});

it('the domain knows no platform: no runtime import, no clock, no randomness', () => {
  const wrong = sourcesOf(ROOT, 'domain').filter((file) =>
    /from 'cloudflare:|from 'node:|Date\.now\(|Math\.random\(|crypto\./.test(text(file)),
  );
  expect(wrong).toEqual([]);
});

it('a Worker’s index only exports', () => {
  for (const worker of readdirSync(join(ROOT, 'workers'))) {
    const lines = text(`workers/${worker}/index.ts`).split('\n').filter(Boolean);
    expect(lines.filter((line) => !/^(export|import) /.test(line))).toEqual([]);
  }
});

describe('authorization', () => {
  /** Who may act for a tenant without a caller's own claim to it, each for a reason. */
  const ACTING: Record<string, string> = {
    'durable-objects/delivery-log/delivery-log.ts': 'the platform records that an endpoint is gone',
    'durable-objects/outbox-relay/outbox-relay.ts': 'the platform has the containers of a booking registered',
    'durable-objects/key-ring/key-ring.ts': 'the platform records that it replaced a key',
    'workers/procurement/features/carrier-bookings.ts': 'a carrier on the booking that is addressed to it',
  };

  it('is acted around only where that is named', () => {
    const acting = files.filter(
      (file) => file !== 'contracts/kit/serve.ts' && /\b(onBehalfOf|systemScope|systemContext)\(/.test(text(file)),
    );
    expect(acting.sort()).toEqual(Object.keys(ACTING).sort());
  });

  it('makes every scope: nobody else builds an actor for a service', () => {
    const forged = files.filter((file) => /kind: 'system'/.test(text(file)) && file !== 'contracts/kit/serve.ts');
    expect(forged).toEqual([]);
  });
});

/** The client's types: written by npm run build:client. */
const GENERATED = 'clients/typescript/src/api.ts';

describe('size', () => {
  it('files have one subject: 12 KB at most', () => {
    const rooms = ['domain', 'reference', 'contracts', 'platform', 'durable-objects', 'workers', 'console'];
    const outside = ['clients', 'scripts', 'test', 'bench'];
    const written = [...rooms, ...outside].flatMap((folder) => filesOf(ROOT, folder)).filter((f) => f !== GENERATED);
    expect(written.filter((file) => statSync(join(ROOT, file)).size > 12_288)).toEqual([]);
  });

  it('an object’s shell has 300 lines at most', () => {
    const long = sourcesOf(ROOT, 'durable-objects').filter((file) => text(file).split('\n').length > 301);
    expect(long).toEqual([]);
  });
});
