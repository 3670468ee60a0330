/** The audit trail: lists, the newest head, and exports as a file. */
import { z } from 'zod';
import { PAGE_MAX } from '../../../contracts/kit/limits.ts';
import { oneOf } from '../../../contracts/kit/primitives.ts';
import type { Page } from '../../../contracts/kit/result.ts';
import { auditAfter, auditFilters } from '../../../contracts/operations/audit.ts';
import { observer } from '../../../contracts/operations/index.ts';
import { canonicalJson } from '../../../domain/audit/canonical.ts';
import type { ChainEntry } from '../../../domain/audit/chain.ts';
import type { AuditRecord } from '../../../domain/audit/record.ts';
import { toInstant } from '../../../platform/instants.ts';
import { AUDIT_EXPORT_PAGES_MAX } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { csvLine } from '../http/csv.ts';
import { placed } from '../http/input.ts';
import { pagedFile } from '../http/paged-file.ts';
import { handler, route, tagged } from '../http/route.ts';

type Entry = ChainEntry<AuditRecord>;

/** A form of export. */
interface Format {
  mediaType: string;
  /** What stands above the entries. */
  heading: string;
  line: (entry: Entry) => string;
}

const COLUMNS: [name: string, cell: (entry: Entry) => string | number | null][] = [
  ['seq', ({ seq }) => seq],
  ['at', ({ record }) => toInstant(record.at)],
  ['id', ({ record }) => record.id],
  ['actorKind', ({ record }) => record.actor.kind],
  ['organisationId', ({ record }) => record.actor.organisationId],
  ['subject', ({ record }) => record.actor.subject],
  ['sessionId', ({ record }) => record.actor.sessionId],
  ['action', ({ record }) => record.action],
  ['objectType', ({ record }) => record.object.type],
  ['objectId', ({ record }) => record.object.id],
  ['before', ({ record }) => record.before && canonicalJson(record.before)],
  ['after', ({ record }) => record.after && canonicalJson(record.after)],
  ['address', ({ record }) => record.address],
  ['correlationId', ({ record }) => record.correlationId],
  ['callerCorrelationId', ({ record }) => record.callerCorrelationId],
  ['previousHash', ({ previousHash }) => previousHash],
  ['hash', ({ hash }) => hash],
];

const FORMATS = {
  ndjson: {
    mediaType: 'application/x-ndjson',
    heading: '',
    line: (entry) => `${canonicalJson(entry)}\n`,
  },
  csv: {
    mediaType: 'text/csv',
    heading: csvLine(COLUMNS.map(([name]) => name)),
    line: (entry) => csvLine(COLUMNS.map(([, cell]) => cell(entry))),
  },
} as const satisfies Record<string, Format>;

const FORMAT_NAMES = Object.keys(FORMATS) as [keyof typeof FORMATS, ...(keyof typeof FORMATS)[]];

/** The routes of the audit trail. */
export const auditRoutes = tagged('Audit', [
  route('get', '/v1/audit', observer.listAudit),
  route('get', '/v1/audit/range', observer.auditRange),
  route('get', '/v1/audit/head', observer.auditHead),
  handler(
    'get',
    '/v1/audit/export',
    'audit:read',
    {
      operationId: 'exportAudit',
      summary: 'The audit trail as a file, in its order',
      description:
        'NDJSON has the entries in canonical JSON as they were hashed, so that the chain can be verified from a file without ' +
        'filters; CSV is for reading. A transfer that breaks off is not complete: go on behind the last entry you have by ' +
        `\`after\`. One export has ${AUDIT_EXPORT_PAGES_MAX} pages of up to ${PAGE_MAX} entries at most, and breaks off there.`,
      query: {
        format: oneOf(FORMAT_NAMES, 'Form of the file').default('ndjson'),
        after: auditAfter,
        ...auditFilters,
      },
      mediaType: Object.values(FORMATS).map(({ mediaType }) => mediaType),
      answer: z.string().meta({ examples: ['{"hash":"6030…","previousHash":"9f86…","record":{…},"seq":42}\n'] }),
    },
    exportAudit,
  ),
]);

async function exportAudit(c: GatewayContext): Promise<Response> {
  const {
    format = 'ndjson',
    after = '0',
    ...filters
  } = c.req.query() as { format?: keyof typeof FORMATS; after?: string };
  const read = (cursor?: string) =>
    c.env.OBSERVER.auditRange(contextOf(c), {
      ...filters,
      after: Number(after),
      limit: PAGE_MAX,
      ...(cursor === undefined ? {} : { cursor }),
    });
  // The first page before the answer begins: a refusal still has a status of its own.
  const first = await read();
  if (!first.ok) return refuse(c, placed(first, { path: [], query: new Map(), body: 'none' }));
  const next = async (cursor: string): Promise<Page<Entry>> => {
    const answer = await read(cursor);
    if (!answer.ok) throw new Error(answer.detail);
    return answer.value;
  };
  const correlationId = c.get('correlationId');
  const log = loggerFor('gateway', c.env.LOG_LEVEL);
  const onBroken = (error: unknown): void =>
    log('error', 'audit.export_broken', { correlationId, error: errorText(error) });
  const name = `audit-${c.get('facts').actor!.tenantId}-${toInstant(Date.now()).slice(0, 10)}.${format}`;
  const file = pagedFile({ ...FORMATS[format], first: first.value, next, pagesMax: AUDIT_EXPORT_PAGES_MAX, onBroken });
  return new Response(file, {
    headers: {
      'content-type': `${FORMATS[format].mediaType}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}"`,
    },
  });
}
