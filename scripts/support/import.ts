/** Posts a file of a carrier's events or positions through the front door, and counts what became of each item. */
import Papa from 'papaparse';
import type { Receipt } from '../../contracts/tracking/connections.ts';
import type { ApiJourneyEvent } from '../../contracts/tracking/journey-event.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { INGEST_BODY_MAX_BYTES } from '../../platform/limits.ts';
import { eventsOf } from '../../workers/tracking/adapters/dcsa-lists.ts';
import { type Fetch, postSigned } from './api.ts';
import { settleReceipts } from './replay.ts';
import type { CommandTarget } from './target.ts';
import { PlainError } from './terminal.ts';

/** The formats of files. */
export const IMPORT_FORMATS = ['dcsa', 'dcsa3_draft', 'positions', 'milestones_table', 'positions_table'] as const;

/** A file and how it is read. */
export interface ImportFile {
  bytes: Uint8Array<ArrayBuffer>;
  format: (typeof IMPORT_FORMATS)[number];
  history: 'events' | 'full';
  contentType: string;
  /** Further options of the connection. */
  options?: object;
}

/** What became of the items of a file. */
export interface ImportSummary {
  items: number;
  /** Taken in, whether they still count or not. */
  accepted: number;
  duplicates: number;
  /** Of those taken in: replaced by a later word under the same id, and taken back. */
  overridden: number;
  withdrawn: number;
  /** Of numbers that wait for a decision, because the platform ignores them. */
  unclaimed: number;
  /** By reason. */
  rejected: Record<string, number>;
  containers: number;
}

/** Items of one delivery. */
const ITEMS_PER_DELIVERY = 1_000;
const TRIES = 200;
const AT_ONCE = 4;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Imports a file under a connection of its own; numbers in it that nobody has registered are claimed. */
export async function importFile(
  target: CommandTarget & { fetcher?: Fetch },
  file: ImportFile,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ImportSummary> {
  const { api } = target;
  const bodies = bodiesOf(file);
  const connection = await connect(target, file);
  const summary: ImportSummary = {
    items: 0,
    accepted: 0,
    duplicates: 0,
    overridden: 0,
    withdrawn: 0,
    unclaimed: 0,
    rejected: {},
    containers: 0,
  };
  const receipts: string[] = [];
  for (const [i, body] of bodies.entries()) {
    const answer = await post(target, connection, body, file.contentType);
    if ('receiptId' in answer) receipts.push(answer.receiptId);
    else summary.rejected[answer.code] = (summary.rejected[answer.code] ?? 0) + 1;
    onProgress(i + 1, bodies.length);
  }
  // What waits for its number to be registered was posted to be seen.
  for (const { number } of await api.all<{ number: string }>(`/v1/unclaimed?connectionId=${connection.id}`)) {
    await api.must('POST', `/v1/unclaimed/${number}/claim`);
  }
  count(summary, await settleReceipts(target, receipts, pause));
  if (!file.format.startsWith('positions')) await countStanding(target, connection.id, summary);
  return summary;
}

async function connect({ api }: CommandTarget, { format, history, options }: ImportFile) {
  const known = (await api.all<{ id: string; scac: string }>('/v1/carriers')).find(({ scac }) => scac === 'IMPT');
  const made = known ?? (await api.must('POST', '/v1/carriers', { scac: 'IMPT', name: 'Imported files' }));
  const carrierId = String(made?.id);
  const name = `Import of ${new Date().toISOString()}`;
  return api.must('POST', '/v1/connections', { name, carrierId, format, options: { ...options, history } });
}

/** The deliveries of a file: itself as it is where it fits, else its items in several. */
export function bodiesOf({ bytes, format, history }: ImportFile): (string | Uint8Array<ArrayBuffer>)[] {
  if (bytes.length <= INGEST_BODY_MAX_BYTES) return [bytes];
  if (history === 'full') {
    throw new PlainError(
      `A whole history of more than ${INGEST_BODY_MAX_BYTES} bytes cannot be split: what a delivery lacks counts as withdrawn. Give a file for each container.`,
    );
  }
  const text = new TextDecoder().decode(bytes);
  if (format.endsWith('_table') && !/^\s*[[{]/.test(text)) return partsOfTable(text);
  const items = itemsOf(text, format);
  if (!items) {
    throw new PlainError(`The file is larger than ${INGEST_BODY_MAX_BYTES} bytes, and is no JSON that could be split.`);
  }
  const texts = items.map((each) => JSON.stringify(each));
  return partsOf(texts, INGEST_BODY_MAX_BYTES - 2).map((list) => `[${list.join(',')}]`);
}

/** A table in parts, each with its header. */
function partsOfTable(text: string): string[] {
  const { data } = Papa.parse<string[]>(text.replace(/^\ufeff/, ''), { skipEmptyLines: 'greedy' });
  const [header = '', ...rows] = data.map((row) => Papa.unparse([row], { newline: '\n' }));
  return partsOf(rows, INGEST_BODY_MAX_BYTES - bytesOf(header)).map((list) => [header, ...list].join('\n'));
}

/** Items in lists, each as many as a delivery takes; one that has no room in any is alone in its own. */
function partsOf(items: readonly string[], room: number): string[][] {
  const parts: string[][] = [];
  let size = 0;
  for (const item of items) {
    const last = parts.at(-1);
    size += bytesOf(item);
    if (last && last.length < ITEMS_PER_DELIVERY && size < room) last.push(item);
    else {
      parts.push([item]);
      size = bytesOf(item);
    }
  }
  return parts;
}

/** Bytes of an item and what parts it from the next: of letters beyond ASCII three each are reckoned with. */
const bytesOf = (item: string): number => item.length * 3 + 1;

function itemsOf(text: string, format: ImportFile['format']): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return format.startsWith('dcsa') ? eventsOf(value) : [value].flat();
  } catch {
    // Lines of JSON; one that is none is for the platform to refuse.
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const parsed = lines.map((line): unknown => {
      try {
        return JSON.parse(line);
      } catch {
        return line;
      }
    });
    return parsed.some((item) => typeof item === 'object') ? parsed : null;
  }
}

async function post(
  { origin, fetcher }: CommandTarget & { fetcher?: Fetch },
  connection: { id: string; scheme: string; secret: string },
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<{ receiptId: string } | { code: string }> {
  for (let i = 0; i < TRIES; i++) {
    const answer = await postSigned(origin, connection, body, { contentType, ...(fetcher ? { fetcher } : {}) });
    if (answer.body?.receiptId) return { receiptId: answer.body.receiptId as string };
    if (answer.status !== 429 && answer.status < 500) return { code: String(answer.body?.code ?? answer.status) };
    await pause(Number(answer.headers.get('retry-after') ?? 1) * 1_000);
  }
  throw new PlainError(`The platform did not take a delivery after ${TRIES} tries.`);
}

function count(summary: ImportSummary, receipts: readonly Receipt[]): void {
  for (const { items, counts, rejected } of receipts) {
    summary.items += items.length;
    summary.accepted += counts.applied;
    summary.duplicates += counts.duplicate;
    summary.unclaimed += counts.unclaimed + counts.discarded;
    for (const { code } of rejected) summary.rejected[code] = (summary.rejected[code] ?? 0) + 1;
    if (counts.parked > 0) summary.rejected.parked = (summary.rejected.parked ?? 0) + counts.parked;
  }
}

/** Of what the connection said, what counts no more: replaced under its id, or taken back. */
async function countStanding({ api }: CommandTarget, connectionId: string, summary: ImportSummary): Promise<void> {
  const numbers = (await api.all<{ number: string }>('/v1/containers?limit=500')).map(({ number }) => number);
  await mapLimit(numbers, AT_ONCE, async (number) => {
    const events = await api.all<ApiJourneyEvent>(`/v1/containers/${number}/events?limit=500`);
    const own = events.filter((event) => event.connectionId === connectionId);
    if (own.length > 0) summary.containers++;
    const idOf = ({ carrierEventId, family, code }: ApiJourneyEvent): string => `${carrierEventId}|${family}|${code}`;
    const standing = new Set(own.filter(({ inForce, carrierEventId }) => inForce && carrierEventId).map(idOf));
    for (const event of own.filter(({ inForce, retracted }) => !inForce && !retracted)) {
      if (event.carrierEventId && standing.has(idOf(event))) summary.overridden++;
      else summary.withdrawn++;
    }
  });
}
