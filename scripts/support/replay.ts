/** Replays recorded vessel positions as signed webhooks and checks what the platform made of them. */
import type { Receipt } from '../../contracts/tracking/connections.ts';
import { checkDigit } from '../../domain/identifiers/iso6346.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { type Answer, type ApiClient, type Fetch, postSigned } from './api.ts';
import { PlainError } from './terminal.ts';

/** One recorded position; `time` is RFC 3339, or the file's own text when that is no date. */
export interface RecordedPosition {
  vessel: string;
  time: string;
  at: number;
  latitude: string;
  longitude: string;
}

/** The last line of a replay. */
export interface ReplaySummary {
  rows: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  vessels: number;
  lastPositionMismatches: number;
}

const COLUMNS = ['ID', 'ais_pos_timestamp', 'longitude', 'latitude'] as const;
const BATCH_ROWS = 500;
const REGISTER_BATCH = 200;
const ATTEMPTS_MAX = 200;

/** Reads the CSV (columns ID, ais_pos_timestamp dd/mm/yyyy hh:mm UTC, longitude, latitude). */
export function parseRecording(csv: string): RecordedPosition[] {
  const [header = '', ...lines] = csv
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim());
  const names = header.split(',').map((name) => name.trim());
  const missing = COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new PlainError(`The file lacks the column ${missing.join(' and ')}; it has: ${names.join(', ')}.`);
  const [id, time, longitude, latitude] = COLUMNS.map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
    number,
  ];
  return lines.map((line) => {
    const fields = line.split(',').map((field) => field.trim());
    const match = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2})$/.exec(fields[time] ?? '');
    const iso = match ? `${match[3]}-${match[2]}-${match[1]}T${match[4]}:${match[5]}:00Z` : (fields[time] ?? '');
    return {
      vessel: fields[id] ?? '',
      time: iso,
      at: Date.parse(iso),
      latitude: fields[latitude] ?? '',
      longitude: fields[longitude] ?? '',
    };
  });
}

/** A container number for a recorded vessel: valid, and the same in every replay. */
function containerOf(vessel: string): string {
  const ten = `RPLU${vessel.replaceAll(/\D/g, '').slice(-6).padStart(6, '0')}`;
  return ten + checkDigit(ten);
}

/** What a replay needs of the platform. */
export interface ReplayTarget {
  origin: string;
  api: ApiClient;
  fetcher?: Fetch;
}

/** How a replay runs. */
export interface ReplayOptions {
  /** Recorded seconds a second; 0 posts as fast as the platform takes it. */
  speed: number;
  onProgress(done: number, note: string): void;
  /** Waits; tests hand in one that does not. */
  wait(ms: number): Promise<void>;
  /** Called when a delivery finds nobody at the door; the same delivery is then posted again. */
  onUnreachable?(): Promise<void>;
}

/** Creates the connection and registers every vessel's device. */
export async function prepareReplay(
  { api }: ReplayTarget,
  rows: RecordedPosition[],
): Promise<{ id: string; scheme: string; secret: string }> {
  const carrier = await api.must('POST', '/v1/carriers', { scac: 'RPLY', name: 'Recorded positions' });
  const connection = await api.must('POST', '/v1/connections', {
    name: 'Replay',
    carrierId: carrier.id,
    format: 'positions',
  });
  const vessels = [...new Set(rows.map((row) => row.vessel))];
  // Of a journey that begins now, a recording of years ago would be no part.
  const instants = rows.map(({ at }) => at).filter(Number.isFinite);
  const beginsAt = new Date(instants.reduce((a, b) => Math.min(a, b), Date.now())).toISOString();
  for (let i = 0; i < vessels.length; i += REGISTER_BATCH) {
    const containers = vessels.slice(i, i + REGISTER_BATCH).map((vessel) => ({
      number: containerOf(vessel),
      deviceId: `ais-${vessel}`,
      carrierId: carrier.id,
      beginsAt,
      reference: `Vessel ${vessel}`,
    }));
    await api.must('POST', '/v1/containers', { containers });
  }
  return connection;
}

/** Posts every row, in time order, each delivery until it is answered; returns the receipts' ids. */
export async function postRecording(
  target: ReplayTarget,
  connection: { id: string; scheme: string; secret: string },
  rows: RecordedPosition[],
  options: ReplayOptions,
): Promise<string[]> {
  // A stable sort: rows of one minute keep the file's order, which decides which of them is the last.
  const ordered = [...rows].sort((a, b) => (a.at || 0) - (b.at || 0));
  const firstAt = ordered.find((row) => row.at)?.at ?? 0;
  const startedAt = Date.now();
  const receipts: string[] = [];
  for (let i = 0; i < ordered.length; i += BATCH_ROWS) {
    const batch = ordered.slice(i, i + BATCH_ROWS);
    if (options.speed > 0) {
      const dueAt = startedAt + ((batch.at(-1)!.at || firstAt) - firstAt) / options.speed;
      await options.wait(Math.max(0, dueAt - Date.now()));
    }
    receipts.push(await deliver(target, connection, batch, options));
    options.onProgress(Math.min(i + BATCH_ROWS, ordered.length), batch.at(-1)!.time);
  }
  return receipts;
}

async function deliver(
  target: ReplayTarget,
  connection: { id: string; scheme: string; secret: string },
  batch: RecordedPosition[],
  options: ReplayOptions,
): Promise<string> {
  const body = batch
    .map(({ vessel, time, latitude, longitude }) =>
      JSON.stringify({ device: `ais-${vessel}`, time, latitude, longitude }),
    )
    .join('\n');
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    let answer: Answer;
    try {
      answer = await postSigned(target.origin, connection, body, {
        contentType: 'application/x-ndjson',
        ...(target.fetcher ? { fetcher: target.fetcher } : {}),
      });
    } catch (error) {
      if (!options.onUnreachable) throw error;
      await options.onUnreachable();
      continue;
    }
    if (answer.status === 202 || answer.status === 422) return answer.body.receiptId as string;
    if (answer.status === 429) await options.wait(Number(answer.headers.get('retry-after') ?? 1) * 1000);
    else if (answer.status >= 500) await options.wait(1_000);
    else throw new PlainError(`The platform refused a delivery with ${answer.status}: ${answer.body.detail}`);
  }
  throw new PlainError(`The platform did not take a delivery after ${ATTEMPTS_MAX} tries.`);
}

/** Waits until the receipts are settled and returns them. */
export async function settleReceipts(
  { api }: ReplayTarget,
  ids: string[],
  wait: ReplayOptions['wait'],
): Promise<Receipt[]> {
  return mapLimit(ids, 4, async (id) => {
    for (let look = 0; look < 600; look++) {
      const receipt = await api.must<Receipt>('GET', `/v1/receipts/${id}`);
      if (receipt.settled) return receipt;
      await wait(200);
    }
    throw new PlainError(`The delivery ${id} is still being processed after two minutes.`);
  });
}

/** Adds up the receipts, with the reasons for what was rejected. */
export function countReceipts(receipts: Receipt[]): {
  accepted: number;
  duplicates: number;
  rejected: number;
  reasons: Map<string, number>;
} {
  const reasons = new Map<string, number>();
  let [accepted, duplicates, rejected] = [0, 0, 0];
  for (const { counts, rejected: items } of receipts) {
    accepted += counts.applied;
    duplicates += counts.duplicate;
    rejected += counts.rejected + counts.parked;
    for (const { code } of items) reasons.set(code, (reasons.get(code) ?? 0) + 1);
  }
  return { accepted, duplicates, rejected, reasons };
}

/** The last position of each vessel by the file: of the latest instant, the last row not said before. */
export function lastPositions(rows: RecordedPosition[]): Map<string, RecordedPosition> {
  const last = new Map<string, RecordedPosition>();
  const seen = new Set<string>();
  for (const row of rows) {
    const content = `${row.vessel}|${row.at}|${Number(row.latitude)}|${Number(row.longitude)}`;
    if (!row.at || seen.has(content)) continue;
    seen.add(content);
    const known = last.get(row.vessel);
    if (!known || row.at >= known.at) last.set(row.vessel, row);
  }
  return last;
}

/** How many vessels' last positions, read back through the API, differ from the file's. */
export async function countMismatches({ api }: ReplayTarget, rows: RecordedPosition[]): Promise<number> {
  const found = await mapLimit([...lastPositions(rows)], 8, async ([vessel, row]) => {
    const { position } = await api.must('GET', `/v1/containers/${containerOf(vessel)}`);
    if (!position || Date.parse(position.at) !== row.at) return false;
    return position.lat === Number(row.latitude) && position.lon === Number(row.longitude);
  });
  return found.filter((same) => !same).length;
}
