/**
 * All SQL of a container's object. Hard contract: a batch of positions costs one row write, however
 * many points it holds; the newest points therefore live in the object's own row (the open chunk)
 * and move to `position_chunks` when the chunk is full or the month turns.
 */
import type { Advanced } from '../../domain/container/advance.ts';
import { emptyMemory, type TrackerMemory, upgradeMemory } from '../../domain/container/state.ts';
import type { SaidEta } from '../../domain/eta/eta.ts';
import type { JourneyRecord } from '../../domain/eta/ledger.ts';
import type { EtaModels } from '../../domain/eta/state.ts';
import { byTime, monthOf, type PointTuple, suspect } from '../../domain/positions/chunk.ts';
import { newId } from '../../platform/ids.ts';
import { DISTANCE_FIELDS_KEPT, ETA_SAID_MAX, POSITION_CHUNK_POINTS } from '../../platform/limits.ts';
import { Sql } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';

/** A chunk of positions that takes no more but late ones. */
export interface ClosedChunk {
  /** Instants of its first and last point. */
  firstAt: number;
  lastAt: number;
  read(): PointTuple[];
}

/** What the object's row holds. */
export interface ObjectRow {
  tenantId: string;
  memory: TrackerMemory;
  openMonth: string;
  openPoints: PointTuple[];
}

/** The row of a container of which nothing is known yet. */
export const emptyRow = (tenantId: string, number: string): ObjectRow => ({
  tenantId,
  memory: emptyMemory(number, newId('ep', Date.now())),
  openMonth: '',
  openPoints: [],
});

type SaidRow = { [K in keyof SaidEta]: SaidEta[K] } & { id: number };

/** The storage of one container. */
export class TrackerStorage {
  readonly sql: Sql;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
  }

  /** The object's row, or null before anything was stored. */
  load(): ObjectRow | null {
    const [row] = this.sql.run<{ tenant_id: string; memory: string; open_month: string; open_points: string }>(
      'SELECT tenant_id, memory, open_month, open_points FROM object WHERE id = 1',
    );
    if (!row) return null;
    return {
      tenantId: row.tenant_id,
      memory: upgradeMemory(JSON.parse(row.memory) as TrackerMemory),
      openMonth: row.open_month,
      openPoints: JSON.parse(row.open_points) as PointTuple[],
    };
  }

  /** Stores the object's row: one row written. */
  save(row: ObjectRow): void {
    this.sql.run(
      `INSERT INTO object (id, tenant_id, memory, open_month, open_points) VALUES (1, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         memory = excluded.memory, open_month = excluded.open_month, open_points = excluded.open_points`,
      row.tenantId,
      JSON.stringify(row.memory),
      row.openMonth,
      JSON.stringify(row.openPoints),
    );
  }

  /** Adds points to the open chunk, closing chunks that are full or of another month; a fix in it may be confirmed. */
  appendPoints(
    row: Pick<ObjectRow, 'openMonth' | 'openPoints'>,
    { points, confirmed }: Pick<Advanced, 'points' | 'confirmed'>,
  ): Pick<ObjectRow, 'openMonth' | 'openPoints'> {
    let { openMonth, openPoints } = row;
    openPoints = openPoints.map((point) => (confirmed && point[0] === confirmed.at ? suspect(point, null) : point));
    const late = new Map<string, PointTuple[]>();
    for (const point of points) {
      const month = monthOf(point[0]);
      if (openPoints.length > 0 && month < openMonth) {
        late.set(month, [...(late.get(month) ?? []), point]);
        continue;
      }
      if (openPoints.length >= POSITION_CHUNK_POINTS || (openPoints.length > 0 && month !== openMonth)) {
        this.#closeChunk(openMonth, openPoints);
        openPoints = [];
      }
      openMonth = month;
      openPoints.push(point);
    }
    for (const [month, own] of late) this.#addLate(month, own);
    return { openMonth, openPoints };
  }

  /** Points of a month that is over join its smallest chunk while that has room: the open chunk stays open. */
  #addLate(month: string, points: PointTuple[]): void {
    for (let i = 0; i < points.length; i += POSITION_CHUNK_POINTS) {
      const own = points.slice(i, i + POSITION_CHUNK_POINTS);
      const [last] = this.sql.run<{ first_at: number; id: number; points: string }>(
        'SELECT first_at, id, points FROM position_chunks WHERE month = ? ORDER BY octet_length(points) LIMIT 1',
        month,
      );
      const known = last ? (JSON.parse(last.points) as PointTuple[]) : [];
      const joins = last !== undefined && known.length + own.length <= POSITION_CHUNK_POINTS;
      if (joins) {
        this.sql.run(
          'DELETE FROM position_chunks WHERE month = ? AND first_at = ? AND id = ?',
          month,
          last.first_at,
          last.id,
        );
      }
      this.#closeChunk(month, joins ? [...known, ...own] : own);
    }
  }

  #closeChunk(month: string, points: PointTuple[]): void {
    const sorted = [...points].sort(byTime);
    const [first, last] = [sorted[0]!, sorted.at(-1)!];
    const [next] = this.sql.run<{ id: number }>(
      'SELECT coalesce(max(id), 0) + 1 AS id FROM position_chunks WHERE month = ? AND first_at = ?',
      month,
      first[0],
    );
    this.sql.run(
      'INSERT INTO position_chunks (month, first_at, id, last_at, points) VALUES (?, ?, ?, ?, ?)',
      month,
      first[0],
      next!.id,
      last[0],
      JSON.stringify(sorted),
    );
  }

  /** The closed chunks of a month: from when to when each goes, and how its points are read. */
  chunksOf(month: string): ClosedChunk[] {
    return this.sql
      .run<{ first_at: number; id: number; last_at: number }>(
        'SELECT first_at, id, last_at FROM position_chunks WHERE month = ?',
        month,
      )
      .map(({ first_at: firstAt, id, last_at: lastAt }) => ({
        firstAt,
        lastAt,
        read: () => {
          const query = 'SELECT points FROM position_chunks WHERE month = ? AND first_at = ? AND id = ?';
          return JSON.parse(this.sql.run<{ points: string }>(query, month, firstAt, id)[0]!.points) as PointTuple[];
        },
      }));
  }

  /** Closed chunks that overlap [from, to], earliest first, one at a time. */
  *chunksBetween(from: number, to: number): Generator<{ firstAt: number; points: PointTuple[] }> {
    let after: [string, number, number] = ['', 0, 0];
    for (;;) {
      const [row] = this.sql.run<{ month: string; first_at: number; id: number; points: string }>(
        `SELECT month, first_at, id, points FROM position_chunks
         WHERE (month, first_at, id) > (?, ?, ?) AND first_at <= ? AND last_at >= ?
         ORDER BY month, first_at, id LIMIT 1`,
        ...after,
        to,
        from,
      );
      if (!row) return;
      after = [row.month, row.first_at, row.id];
      yield { firstAt: row.first_at, points: JSON.parse(row.points) as PointTuple[] };
    }
  }

  /** Closed chunks that begin before an instant, the one that ends last first, one at a time. */
  *chunksBefore(at: number): Generator<{ lastAt: number; points: PointTuple[] }> {
    let below: [number, number] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    for (;;) {
      const [row] = this.sql.run<{ last_at: number; id: number; points: string }>(
        `SELECT last_at, id, points FROM position_chunks
         WHERE (last_at, id) < (?, ?) AND first_at <= ? ORDER BY last_at DESC, id DESC LIMIT 1`,
        ...below,
        at,
      );
      if (!row) return;
      below = [row.last_at, row.id];
      yield { lastAt: row.last_at, points: JSON.parse(row.points) as PointTuple[] };
    }
  }

  /** Adds published ETAs to a journey, up to a bound: the oldest of the same source makes room. */
  addSaid(journey: number, words: readonly SaidEta[]): void {
    for (const { target, source, location, at, p10, p50, p90 } of words) {
      const [next] = this.sql.run<{ id: number; n: number }>(
        'SELECT coalesce(max(id), 0) + 1 AS id, count(*) AS n FROM eta_said WHERE journey = ?',
        journey,
      );
      if (next!.n >= ETA_SAID_MAX) {
        this.sql.run(
          `DELETE FROM eta_said WHERE (journey, at, id) IN
             (SELECT journey, at, id FROM eta_said WHERE journey = ? AND source = ? ORDER BY at, id LIMIT 1)`,
          journey,
          source,
        );
      }
      this.sql.run(
        `INSERT INTO eta_said (journey, at, id, target, source, location, p10, p50, p90)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        journey,
        at,
        next!.id,
        target,
        source,
        location,
        p10,
        p50,
        p90,
      );
    }
  }

  /** What was published on a journey, oldest first, after a cursor of (at, id). */
  said(journey: number, after: [at: number, id: number] | null, limit: number): (SaidEta & { id: number })[] {
    return this.sql.run<SaidRow>(
      `SELECT at, id, target, source, location, p10, p50, p90 FROM eta_said
       WHERE journey = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?`,
      journey,
      after?.[0] ?? Number.MIN_SAFE_INTEGER,
      after?.[1] ?? 0,
      limit,
    );
  }

  /** Files what is known of a journey that has reached a target, to be sent to the ledger. */
  fileJourney(journey: number, body: Omit<JourneyRecord, 'said'>): void {
    this.sql.run(
      `INSERT INTO journeys (journey, body, sent) VALUES (?, ?, 0)
       ON CONFLICT (journey) DO UPDATE SET body = excluded.body, sent = 0`,
      journey,
      JSON.stringify(body),
    );
  }

  /** The oldest journey whose ledger entry is not up to date, or null. */
  unsentJourney(): JourneyRecord | null {
    const [row] = this.sql.run<{ journey: number; body: string }>(
      'SELECT journey, body FROM journeys WHERE sent = 0 ORDER BY journey LIMIT 1',
    );
    if (!row) return null;
    const said = this.said(row.journey, null, ETA_SAID_MAX);
    return { ...(JSON.parse(row.body) as Omit<JourneyRecord, 'said'>), said };
  }

  /** Marks a journey as sent, unless it has changed meanwhile. */
  journeySent(record: JourneyRecord): void {
    const { said: _, ...body } = record;
    this.sql.run('UPDATE journeys SET sent = 1 WHERE journey = ? AND body = ?', body.journey, JSON.stringify(body));
  }

  /** The models this container estimates by, with the key they were asked for; null before the first. */
  models(): { key: string; models: EtaModels } | null {
    const [row] = this.sql.run<{ key: string; body: string }>('SELECT key, body FROM eta_models');
    return row ? { key: row.key, models: JSON.parse(row.body) as EtaModels } : null;
  }

  /** Keeps the models. */
  saveModels(key: string, models: EtaModels): void {
    this.sql.run(
      `INSERT INTO eta_models (id, key, body) VALUES (1, ?, ?)
       ON CONFLICT (id) DO UPDATE SET key = excluded.key, body = excluded.body`,
      key,
      JSON.stringify(models),
    );
  }

  /** A kept distance field, or null. */
  loadField(name: string): ArrayBuffer | null {
    const [row] = this.sql.run<{ body: ArrayBuffer }>('SELECT body FROM distance_fields WHERE name = ?', name);
    return row?.body ?? null;
  }

  /** Keeps a distance field; those of other destinations make room. */
  saveField(name: string, bytes: ArrayBuffer): void {
    const [kept] = this.sql.run<{ n: number }>('SELECT count(*) AS n FROM distance_fields');
    if (kept!.n >= DISTANCE_FIELDS_KEPT) this.sql.run('DELETE FROM distance_fields');
    this.sql.run('INSERT OR REPLACE INTO distance_fields (name, body) VALUES (?, ?)', name, bytes);
  }
}
