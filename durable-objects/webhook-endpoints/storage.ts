/** All SQL of a tenant's webhook endpoints. */
import type { Endpoint } from '../../contracts/notifications/endpoints.ts';
import type { Sealed } from '../../platform/resealing.ts';
import { Sql } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';

/** What an endpoint is and wants, without how it stands. */
export type EndpointSettings = Omit<Endpoint, 'health' | 'status' | 'pausedBecause'>;

/** An endpoint with its secrets, sealed: what its delivery log needs of it. */
export interface EndpointConfig extends EndpointSettings {
  sealedSecret: string;
  /** The secret before, which signs too until `previousUntil`, ms since the epoch. */
  previousSecret: string | null;
  previousUntil: number;
  /** Grows with every change: of two, the one of the higher version holds. */
  version: number;
}

/** An endpoint with its sealed secret, as answers to keyed requests are stored. */
export interface StoredEndpoint {
  endpoint: EndpointSettings;
  sealedSecret: string;
}

type Row = {
  id: string;
  config: string;
  secret: string;
  previous_secret: string | null;
  previous_until: number;
  version: number;
};

const COLUMNS = 'id, config, secret, previous_secret, previous_until, version';

/** The storage of one tenant's endpoints. */
export class EndpointStorage {
  readonly sql: Sql;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
  }

  /** All endpoints, oldest first. */
  endpoints(): EndpointConfig[] {
    return this.sql.run<Row>(`SELECT ${COLUMNS} FROM endpoints WHERE removed = 0 ORDER BY id`).map(toConfig);
  }

  /** One endpoint, or null. */
  endpoint(id: string): EndpointConfig | null {
    const [row] = this.sql.run<Row>(`SELECT ${COLUMNS} FROM endpoints WHERE id = ? AND removed = 0`, id);
    return row ? toConfig(row) : null;
  }

  /** Stores an endpoint, in place of one of its id, as its next version. */
  upsert({
    sealedSecret,
    previousSecret,
    previousUntil,
    version: _version,
    ...settings
  }: Omit<EndpointConfig, 'version'> & { version?: number }): void {
    this.sql.run(
      `INSERT INTO endpoints (${COLUMNS}) VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (id) DO UPDATE SET
         config = excluded.config, secret = excluded.secret,
         previous_secret = excluded.previous_secret, previous_until = excluded.previous_until,
         version = version + 1`,
      settings.id,
      JSON.stringify(settings),
      sealedSecret,
      previousSecret,
      previousUntil,
    );
  }

  /** Notes that an endpoint is removed; answers whether there was one. */
  remove(id: string): boolean {
    return this.sql.run('UPDATE endpoints SET removed = 1 WHERE id = ? AND removed = 0 RETURNING id', id).length > 0;
  }

  /** Endpoints that are removed and whose logs have not been dropped yet. */
  removed(): string[] {
    return this.sql.run<{ id: string }>('SELECT id FROM endpoints WHERE removed = 1').map(({ id }) => id);
  }

  /** The log of a removed endpoint is gone. */
  forget(id: string): void {
    this.sql.run('DELETE FROM endpoints WHERE id = ? AND removed = 1', id);
  }

  /** Whether what an earlier version kept elsewhere has been taken over. */
  isAdopted(): boolean {
    return this.sql.run('SELECT 1 AS one FROM adopted LIMIT 1').length > 0;
  }

  /** What an earlier version kept has been taken over. */
  adopted(now: number): void {
    this.sql.run('INSERT INTO adopted (at) VALUES (?)', now);
  }

  /** Every sealed secret: of endpoints, before and after a rotation, and in answers that are stored. */
  sealed(): Sealed[] {
    const columns = ['secret', 'previous_secret'].flatMap((column) =>
      this.sql
        .run<{ id: string; text: string }>(`SELECT id, ${column} AS text FROM endpoints WHERE ${column} IS NOT NULL`)
        .map(({ id, text }) => ({
          context: id,
          text,
          replace: (fresh: string) =>
            this.sql.run(
              `UPDATE endpoints SET ${column} = ?, version = version + 1 WHERE id = ? AND ${column} = ?`,
              fresh,
              id,
              text,
            ),
        })),
    );
    const answers = this.sql
      .run<{ operation: string; key: string; id: string; text: string }>(
        `SELECT operation, key, json_extract(answer, '$.endpoint.id') AS id,
                json_extract(answer, '$.sealedSecret') AS text FROM keyed`,
      )
      .map(({ operation, key, id, text }) => ({
        context: id,
        text,
        replace: (fresh: string) =>
          this.sql.run(
            "UPDATE keyed SET answer = json_set(answer, '$.sealedSecret', ?) WHERE operation = ? AND key = ?",
            fresh,
            operation,
            key,
          ),
      }));
    return [...columns, ...answers];
  }
}

function toConfig(row: Row): EndpointConfig {
  return {
    ...(JSON.parse(row.config) as EndpointSettings),
    sealedSecret: row.secret,
    previousSecret: row.previous_secret,
    previousUntil: row.previous_until,
    version: row.version,
  };
}
