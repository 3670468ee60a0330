/** The floor: a bare Worker with a bare object that does the same work without any of the product. */
import { DurableObject } from 'cloudflare:workers';

interface Env {
  BARE: DurableObjectNamespace<Bare>;
  DB: D1Database;
}

/** Stores a row, reads it, appends points, broadcasts. */
export class Bare extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
       CREATE TABLE IF NOT EXISTS points (id INTEGER PRIMARY KEY, body TEXT NOT NULL);`,
    );
  }

  async put(body: string): Promise<void> {
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO state (id, body) VALUES (1, ?)', body);
  }

  async read(): Promise<string> {
    return this.ctx.storage.sql.exec<{ body: string }>('SELECT body FROM state WHERE id = 1').one().body;
  }

  async fill(lines: string[]): Promise<void> {
    this.ctx.storage.sql.exec('DELETE FROM points');
    for (const line of lines) this.ctx.storage.sql.exec('INSERT INTO points (body) VALUES (?)', line);
  }

  async list(): Promise<string> {
    const rows = this.ctx.storage.sql.exec<{ body: string }>('SELECT body FROM points ORDER BY id LIMIT 50');
    return `[${rows
      .toArray()
      .map(({ body }) => body)
      .join(',')}]`;
  }

  async insert(points: unknown[]): Promise<number> {
    for (const point of points)
      this.ctx.storage.sql.exec('INSERT INTO points (body) VALUES (?)', JSON.stringify(point));
    return points.length;
  }

  async broadcast(body: string): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) socket.send(body);
  }

  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
}

const bare = (env: Env, name: string): DurableObjectStub<Bare> => env.BARE.get(env.BARE.idFromName(name));

/** The statements of one booking, as the product sends them. */
function bookingBatch(db: D1Database, key: string): D1PreparedStatement[] {
  const answer = JSON.stringify({ id: key, note: 'x'.repeat(400) });
  const audit =
    'INSERT INTO audit_log (tenant_id, object_id, at, subject, action, detail, correlation_id) ' +
    'VALUES (?, ?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?, ?)';
  return [
    db
      .prepare(
        'INSERT INTO idempotency_records (tenant_id, operation, key, request_hash, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .bind('t', 'booking', key, 'h', answer, 1),
    db
      .prepare(
        'UPDATE allocations SET booked = booked + ?, version = version + 1 WHERE id = ? AND tenant_id = ? AND revision = ?',
      )
      .bind(1, 'a', 't', 1),
    db.prepare('INSERT INTO write_guard (expected) SELECT changes() WHERE changes() <> 1'),
    db
      .prepare(
        `INSERT INTO bookings
           (id, tenant_id, allocation_id, carrier_id, origin, destination, quantity, reference, containers,
            state, shipment_id, created_by, created_at, updated_at, version, confirmed_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .bind(key, 't', 'a', 'c', 'CNSHA', 'NLRTM', 1, null, '[]', 'confirmed', key, 's', 1, 1, 1, '{"how":"contract"}'),
    db
      .prepare('INSERT INTO shipments (id, tenant_id, booking_id, created_at) VALUES (?, ?, ?, ?)')
      .bind(key, 't', key, 1),
    db
      .prepare(audit)
      .bind('t', key, 1, 's', 'booking.requested', '', key, 't', key, 1, 's', 'booking.confirmed', '', key),
    db.prepare('INSERT INTO outbox (body) VALUES (?)').bind(answer),
  ];
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const name = url.searchParams.get('name') ?? 'one';
    switch (url.pathname) {
      case '/put':
        await bare(env, name).put(await request.text());
        return new Response('ok');
      case '/read':
        return new Response(await bare(env, name).read(), { headers: { 'content-type': 'application/json' } });
      case '/fill':
        await bare(env, name).fill(await request.json<string[]>());
        return new Response('ok');
      case '/list':
        return new Response(await bare(env, name).list(), { headers: { 'content-type': 'application/json' } });
      case '/ingest': {
        const groups = Map.groupBy(await request.json<{ container: string }[]>(), (point) => point.container);
        await Promise.all([...groups].map(([container, points]) => bare(env, container).insert(points)));
        return new Response('ok');
      }
      case '/broadcast':
        await bare(env, name).broadcast(await request.text());
        return new Response('ok');
      case '/socket':
        return bare(env, name).fetch(request);
      case '/space':
        await env.DB.prepare(
          `INSERT INTO allocations (id, tenant_id, carrier_id, origin, destination, period, unit, capacity, departure_at, arrival_at, confirmation, created_at)
           VALUES ('a', 't', 'c', 'CNSHA', 'NLRTM', 'w', 'container', 100000, 1, 2, 'instant', 1)`,
        ).run();
        return new Response('ok');
      case '/book':
        await env.DB.batch(bookingBatch(env.DB, crypto.randomUUID()));
        return new Response('ok');
      default:
        return new Response('no such floor', { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;
