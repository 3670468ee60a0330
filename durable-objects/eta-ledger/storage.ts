/** All SQL of a tenant's ETA ledger but the questions put to it (those are in accuracy.ts). */
import { carrierFacts, type JourneyRecord, type Score, scoreJourney } from '../../domain/eta/ledger.ts';
import type { CompletedLeg } from '../../domain/eta/leg.ts';
import { JOURNEYS_KEPT } from '../../domain/eta/stages.ts';
import { LEDGER_JOURNEYS_KEPT, MODEL_VERSIONS_KEPT } from '../../platform/limits.ts';
import { Sql } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';
import type { ModelVersion } from './types.ts';

/** What the stage models learn from a journey. */
export type Learning = Pick<JourneyRecord, 'reached' | 'stages' | 'calls' | 'carrierId'>;

/** A model that was trained, with the end of the newest leg it has learned from. */
export interface MadeModel {
  name: string;
  model: object;
  knownUntil: number | null;
}

/** Longer than any journey lasts. */
const JOURNEY_DAYS_MAX = 400;

type StoredVersion = Omit<ModelVersion, 'state' | 'pinned'>;

/** The storage of one ledger. */
export class LedgerStorage {
  readonly sql: Sql;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
  }

  /** Files a journey; the same one again replaces what was filed of it, legs and all. */
  file(tenantId: string, record: JourneyRecord, arrivedAt: number): void {
    this.sql.run('INSERT OR IGNORE INTO owner (id, tenant_id) VALUES (1, ?)', tenantId);
    const id = `${record.container}/${record.journey}`;
    const [before] = this.sql.run<{ legs: string }>('SELECT legs FROM journeys WHERE id = ?', id);
    for (const [lane, endedAt] of before ? (JSON.parse(before.legs) as [string, number][]) : []) {
      this.sql.run('DELETE FROM legs WHERE lane = ? AND ended_at = ? AND journey = ?', lane, endedAt, id);
    }
    const legs = record.legs.map(({ from, to, ...leg }): [string, number, CompletedLeg] => [
      `${from}>${to}`,
      leg.endedAt,
      leg,
    ]);
    for (const [lane, endedAt, leg] of legs) {
      this.sql.run(
        'INSERT OR REPLACE INTO legs (lane, ended_at, journey, body) VALUES (?, ?, ?, ?)',
        lane,
        endedAt,
        id,
        JSON.stringify(leg),
      );
    }
    const facts = carrierFacts(record);
    const { reached, stages, calls, carrierId, origin, destination } = record;
    this.sql.run(
      `INSERT OR REPLACE INTO journeys
         (id, arrived_at, origin, destination, carrier_id, lateness_hours, revisions, our_revisions, completeness,
          legs, scores, learning)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      arrivedAt,
      origin,
      destination,
      carrierId,
      facts.latenessHours,
      facts.revisions,
      ourRevisions(record),
      facts.completeness,
      JSON.stringify(legs.map(([lane, endedAt]) => [lane, endedAt])),
      JSON.stringify(scoreJourney(record).map(packScore)),
      JSON.stringify({ reached, stages, calls, carrierId } satisfies Learning),
    );
    this.unlearn([`way/${origin}>${destination}`, ...legs.map(([lane]) => `sea/${lane}`)]);
  }

  /** Whose ledger this is; null before anything was filed. */
  owner(): string | null {
    return this.sql.run<{ tenant_id: string }>('SELECT tenant_id FROM owner')[0]?.tenant_id ?? null;
  }

  /** Notes that these have news. */
  unlearn(names: readonly string[]): void {
    for (const name of names) this.sql.run('INSERT OR IGNORE INTO unlearned (name) VALUES (?)', name);
  }

  /** Names of lanes (`sea/`) and ways (`way/`) with news since they were learned. */
  unlearned(limit: number): string[] {
    return this.sql.run<{ name: string }>('SELECT name FROM unlearned ORDER BY name LIMIT ?', limit).map((r) => r.name);
  }

  /** Forgets that these have news. */
  learned(names: readonly string[]): void {
    this.sql.run('DELETE FROM unlearned WHERE name IN (SELECT value FROM json_each(?))', JSON.stringify(names));
  }

  /** The newest legs of a lane, or of all lanes. */
  legs(lane: string | null, limit: number): CompletedLeg[] {
    const rows =
      lane === null
        ? this.sql.run<{ body: string }>('SELECT body FROM legs ORDER BY ended_at DESC LIMIT ?', limit)
        : this.sql.run<{ body: string }>(
            'SELECT body FROM legs WHERE lane = ? ORDER BY ended_at DESC LIMIT ?',
            lane,
            limit,
          );
    return rows.map(({ body }) => JSON.parse(body) as CompletedLeg);
  }

  /** What the newest journeys of a way, or of all ways, teach about milestones. */
  learning(way: string | null): Learning[] {
    const [origin, destination] = way?.split('>') ?? [];
    const rows =
      way === null
        ? this.sql.run<{ learning: string }>(
            'SELECT learning FROM journeys ORDER BY arrived_at DESC LIMIT ?',
            JOURNEYS_KEPT,
          )
        : this.sql.run<{ learning: string }>(
            'SELECT learning FROM journeys WHERE origin = ? AND destination = ? ORDER BY arrived_at DESC LIMIT ?',
            origin!,
            destination!,
            JOURNEYS_KEPT,
          );
    return rows.map(({ learning }) => JSON.parse(learning) as Learning);
  }

  /** The newest version's number; 0 before the first. */
  lastVersion(): number {
    return this.sql.run<{ v: number | null }>('SELECT max(version) AS v FROM versions')[0]?.v ?? 0;
  }

  /** The version in force; 0 before the first. */
  rollout(): { active: number; pinned: boolean } {
    const [row] = this.sql.run<{ active: number; pinned: number }>('SELECT active, pinned FROM rollout');
    return { active: row?.active ?? 0, pinned: row?.pinned === 1 };
  }

  /** Rolls a version out. */
  rollOut(version: number, pinned: boolean): void {
    this.sql.run(
      `INSERT INTO rollout (id, active, pinned) VALUES (1, ?, ?)
       ON CONFLICT (id) DO UPDATE SET active = excluded.active, pinned = excluded.pinned`,
      version,
      pinned ? 1 : 0,
    );
  }

  /** Keeps a version with the models that changed in it, and lets the oldest go. */
  addVersion(version: number, state: 'ready' | 'rejected', body: StoredVersion, models: MadeModel[]): void {
    this.sql.run('INSERT INTO versions (version, state, body) VALUES (?, ?, ?)', version, state, JSON.stringify(body));
    for (const { name, model, knownUntil } of models) {
      this.sql.run(
        'INSERT INTO models (name, version, known_until, body) VALUES (?, ?, ?, ?)',
        name,
        version,
        knownUntil,
        JSON.stringify(model),
      );
    }
    const oldest = version - MODEL_VERSIONS_KEPT;
    const { active } = this.rollout();
    this.sql.run('DELETE FROM versions WHERE version <= ? AND version <> ?', oldest, active);
    // A model is needed while some kept version has no newer one of that name.
    this.sql.run(
      `DELETE FROM models WHERE EXISTS (
         SELECT 1 FROM models newer WHERE newer.name = models.name AND newer.version > models.version
           AND newer.version <= ?)`,
      Math.min(oldest + 1, active || oldest + 1),
    );
    this.sql.run(
      `DELETE FROM journeys WHERE id IN (
         SELECT id FROM journeys ORDER BY arrived_at DESC LIMIT -1 OFFSET ?)`,
      LEDGER_JOURNEYS_KEPT,
    );
    // Legs go with the journeys they belonged to; a change of ships may lie months before the arrival.
    this.sql.run(
      'DELETE FROM legs WHERE ended_at < (SELECT min(arrived_at) FROM journeys) - ?',
      JOURNEY_DAYS_MAX * 86_400_000,
    );
  }

  /** The model of a name as it was in a version. */
  model<T>(name: string, version: number): T | null {
    const [row] = this.sql.run<{ body: string }>(
      'SELECT body FROM models WHERE name = ? AND version <= ? ORDER BY version DESC LIMIT 1',
      name,
      version,
    );
    return row ? (JSON.parse(row.body) as T) : null;
  }

  /** End of the newest leg that a model, as it was in a version, has learned from; null without one. */
  knownUntil(name: string, version: number): number | null {
    const [row] = this.sql.run<{ known_until: number | null }>(
      'SELECT known_until FROM models WHERE name = ? AND version <= ? ORDER BY version DESC LIMIT 1',
      name,
      version,
    );
    return row?.known_until ?? null;
  }

  /** Versions, newest first, below a number. */
  versions(below: number, limit: number): ModelVersion[] {
    const { active, pinned } = this.rollout();
    return this.sql
      .run<{ version: number; state: 'ready' | 'rejected'; body: string }>(
        'SELECT version, state, body FROM versions WHERE version < ? ORDER BY version DESC LIMIT ?',
        below,
        limit,
      )
      .map(({ version, state, body }) => ({
        ...(JSON.parse(body) as StoredVersion),
        state: version === active ? 'active' : state,
        pinned: version === active && pinned,
      }));
  }
}

/** How often our own median of the arrival was published anew. */
function ourRevisions({ said, destination }: JourneyRecord): number {
  const ours = said.filter(
    ({ source, target, location }) => source === 'ours' && target === 'vessel_arrival' && location === destination,
  );
  return Math.max(0, new Set(ours.map(({ p50 }) => p50)).size - 1);
}

const hours = (value: number): number => Math.round(value * 100) / 100;

/** A score as the ledger keeps it: an array, a third of the object's size. */
function packScore(score: Score): (string | number | null)[] {
  const covered = score.covered === null ? null : Number(score.covered);
  const width = score.widthHours === null ? null : hours(score.widthHours);
  return [
    score.target,
    score.source,
    score.horizonHours,
    hours(score.errorHours),
    hours(score.pinballHours),
    covered,
    width,
  ];
}
