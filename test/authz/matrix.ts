/**
 * The authorization matrix: every operation of the OpenAPI document by every kind of caller. Each cell
 * is a request; what comes back must be what the declared access says, in a documented status, and
 * must show nothing of another tenant.
 */
import { PERMISSION_NAMES, type Permission, ROLES, type Role } from '../../contracts/kit/permissions.ts';
import type { Fetch } from '../../scripts/support/api.ts';
import { signStandard } from '../../scripts/support/api.ts';
import { operatorOf } from '../support/fixtures.ts';
import type { Platform } from '../support/harness.ts';
import { type DocumentedOperation, type OpenApi, operationsOf } from '../support/openapi.ts';
import type { Side, World } from '../support/world.ts';
import { badTokens, tokenWithout } from './bad-tokens.ts';
import { type PreparedRequest, prepare } from './requests.ts';

/** A carrier is known to every tenant that works with it; what is told of it is each tenant's own. */
const OF_CARRIERS = ['/v1/carriers/{id}', '/v1/carriers/{id}/reliability'];

/** What was found. */
export interface MatrixReport {
  operations: number;
  cells: number;
  leaks: string[];
  undeclared: string[];
}

const OPEN = ['public', 'signature', 'ticket'];
/** What takes away what other operations ask for, in this order after all of them: the container, the caller's own session. */
const LAST = [
  'POST /v1/containers/{number}/archive',
  'POST /v1/containers/{number}/unarchive',
  'POST /v1/containers/{number}/untrack',
  'DELETE /v1/containers/{number}',
  'POST /v1/sign-out',
];
const placeOf = ({ method, path }: DocumentedOperation): number => LAST.indexOf(`${method.toUpperCase()} ${path}`);

/** Runs the matrix. */
export class Matrix {
  readonly report: MatrixReport = { operations: 0, cells: 0, leaks: [], undeclared: [] };
  readonly #platform: Platform;
  readonly #world: World;
  readonly #document: OpenApi;
  readonly #fetch: Fetch;
  readonly #operations: DocumentedOperation[];

  /** `only` narrows the matrix to some paths. */
  constructor(platform: Platform, world: World, document: OpenApi, fetcher: Fetch, only: RegExp = /./) {
    this.#platform = platform;
    this.#world = world;
    this.#document = document;
    this.#fetch = fetcher;
    this.#operations = operationsOf(document)
      .filter((op) => only.test(op.path))
      .sort((x, y) => placeOf(x) - placeOf(y));
  }

  /** Every cell; `onProgress` hears of each operation. */
  async run(
    onProgress: (done: number, total: number) => void,
    services: (report: MatrixReport) => Promise<unknown> = async () => {},
  ): Promise<MatrixReport> {
    const bad = await badTokens(this.#platform, this.#world, this.#fetch);
    const rounds = [
      (op: DocumentedOperation) => this.#outsiders(op, bad),
      (op: DocumentedOperation) => this.#insiders(op),
    ];
    let done = 0;
    const before = await this.#snapshot();
    for (const [i, round] of rounds.entries()) {
      for (const op of this.#operations) {
        await round(op);
        // The operators' token has ended by its own request: the next one is good.
        if (op.path === '/v1/operator-client/revoke') await this.#operatorAgain();
        onProgress(++done, this.#operations.length * rounds.length);
      }
      if (i > 0) continue;
      await services(this.report);
      if ((await this.#snapshot()) !== before) this.report.leaks.push('an outsider changed what is tenant A’s');
    }
    this.report.operations = this.#operations.length;
    return this.report;
  }

  async #operatorAgain(): Promise<void> {
    const operator = operatorOf(this.#platform);
    this.#world.tokens.platform_operator = () => operator.token();
  }

  /** What tenant A has, as text. */
  async #snapshot(): Promise<string> {
    const { admin } = this.#world.a.tenant;
    const lists = [
      'users',
      'invitations',
      'clients',
      'carriers',
      'connections',
      'allocations',
      'bookings',
      'shipments',
      'webhook-endpoints',
    ];
    const pages = await Promise.all(lists.map((name) => admin.all(`/v1/${name}`)));
    // How often its endpoint was tried meanwhile, nobody changed; what waits for it, somebody may have.
    const settings = (name: string, value: any): unknown => (name === 'health' ? value.pending : value);
    return JSON.stringify([...pages, await admin.must('GET', '/v1/policy')], settings);
  }

  async #outsiders(op: DocumentedOperation, bad: Record<string, string | null>): Promise<void> {
    if (!this.#declared(op)) return;
    if (OPEN.includes(op.access!)) return this.#open(op);
    for (const [name, token] of Object.entries(bad)) {
      const answer = await this.#ask(op, this.#world.a, token, 'viewer', name);
      if (answer.status !== 401) this.#leak(op, name, `answered ${answer.status}, not 401`);
    }
    const foreign = await this.#world.b.tenant.admin.token();
    const fromB = await this.#ask(op, this.#world.a, foreign, 'viewer', 'other tenant');
    this.#showsNothing(op, 'other tenant', fromB.text);
    const inQuery = op.parameters.some((parameter) => parameter.name === 'connectionId' && parameter.in === 'query');
    const namesObject = (/\{id\}|\{sessionId\}/.test(op.path) && !OF_CARRIERS.includes(op.path)) || inQuery;
    if (namesObject && fromB.status < 400) this.#leak(op, 'other tenant', `answered ${fromB.status} for A’s object`);
    const stranger = await this.#ask(
      op,
      this.#world.a,
      await this.#world.tokens.stranger_carrier(),
      'viewer',
      'stranger carrier',
    );
    this.#showsNothing(op, 'stranger carrier', stranger.text);
    const mayAsk = this.#allowed(op, 'carrier_user');
    if (!mayAsk && stranger.status !== 403) this.#leak(op, 'stranger carrier', `answered ${stranger.status}, not 403`);
    if (mayAsk && op.path.includes('{id}') && stranger.status < 400) {
      this.#leak(op, 'stranger carrier', `answered ${stranger.status} for another carrier’s object`);
    }
  }

  /** Doors without a token: a webhook needs its signature, a socket its ticket. */
  async #open(op: DocumentedOperation): Promise<void> {
    const anybody = await this.#ask(op, this.#world.a, null, 'viewer', 'anybody');
    this.#showsNothing(op, 'anybody', anybody.text);
    if (op.access === 'ticket') {
      const upgrade = { upgrade: 'websocket', connection: 'Upgrade' };
      const madeUp = await this.#ask(op, this.#world.a, null, 'viewer', 'made-up ticket', upgrade);
      if (madeUp.status !== 401) this.#leak(op, 'made-up ticket', `answered ${madeUp.status}, not 401`);
      if (anybody.status < 400) this.#leak(op, 'anybody', `answered ${anybody.status}`);
    }
    if (op.access !== 'signature') return;
    if (anybody.status !== 401) this.#leak(op, 'unsigned', `answered ${anybody.status}, not 401`);
    const foreign = signStandard(`whsec_${Buffer.alloc(32, 9).toString('base64')}`, '[]');
    const signed = await this.#ask(op, this.#world.a, null, 'viewer', 'foreign signature', foreign, '[]');
    if (signed.status !== 401) this.#leak(op, 'foreign signature', `answered ${signed.status}, not 401`);
  }

  async #insiders(op: DocumentedOperation): Promise<void> {
    if (OPEN.includes(op.access!) || !this.#declared(op)) return;
    for (const [role, tokenOf] of Object.entries(this.#world.tokens)) {
      if (role === 'stranger_carrier') continue;
      const given = role === 'platform_operator' ? 'platform_operator' : 'viewer';
      const answer = await this.#ask(op, this.#world.a, await tokenOf(), given, role);
      const allowed = this.#allowed(op, role as Role);
      if (!allowed && answer.status !== 403) this.#leak(op, role, `answered ${answer.status}, not 403`);
      const refused = answer.status === 401 || (answer.status === 403 && op.access !== 'authenticated');
      if (allowed && refused)
        this.#leak(op, role, `may, but was answered ${answer.status}: ${answer.text.slice(0, 200)}`);
      if (allowed && answer.status === 400 && !answer.text.includes('"code":"wrong"'))
        this.#invalid(op, role, answer.text);
      if (role === 'platform_operator') this.#showsNothing(op, role, answer.text, ['tenant']);
    }
    if (!(PERMISSION_NAMES as string[]).includes(op.access!)) return;
    const narrowed = await tokenWithout(this.#world, this.#platform, this.#fetch, op.access as Permission);
    const answer = await this.#ask(op, this.#world.a, narrowed, 'viewer', 'machine without the scope');
    if (answer.status !== 403) this.#leak(op, 'machine without the scope', `answered ${answer.status}, not 403`);
  }

  /** A request that is not valid never reaches what it names: the cell would say nothing. */
  #invalid(op: DocumentedOperation, caller: string, text: string): void {
    this.report.undeclared.push(`${op.method} ${op.path}: ${caller} sent what is not valid: ${text.slice(0, 300)}`);
  }

  #allowed(op: DocumentedOperation, role: Role): boolean {
    // Operators only ever invite: nobody's password is theirs to choose.
    if (role === 'platform_operator' && op.method === 'POST' && op.path === '/v1/users') return false;
    return op.access === 'authenticated' || (ROLES[role] as readonly string[]).includes(op.access!);
  }

  /** An operation without a known access is not declared, and nothing can be said of its cells. */
  #declared(op: DocumentedOperation): boolean {
    const known = [...OPEN, 'authenticated', ...PERMISSION_NAMES].includes(op.access ?? '');
    const line = `${op.method} ${op.path}: no declared access`;
    if (!known && !this.report.undeclared.includes(line)) this.report.undeclared.push(line);
    return known;
  }

  async #ask(
    op: DocumentedOperation,
    side: Side,
    token: string | null,
    role: string,
    caller: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<{ status: number; text: string }> {
    const request: PreparedRequest = prepare(
      op,
      this.#document,
      this.#platform.origin,
      side.ids,
      role,
      ++this.report.cells,
    );
    const answer = await this.#fetch(request.url, {
      method: request.method,
      headers: {
        ...request.headers,
        ...headers,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        // From many addresses: the limit of one of them is not what is looked at here.
        'cf-connecting-ip': `203.0.113.${this.report.cells % 250}`,
      },
      redirect: 'manual',
      ...((body ?? request.body) === undefined ? {} : { body: body ?? request.body! }),
    });
    const text = await answer.text();
    if (!(String(answer.status) in op.responses)) {
      this.report.undeclared.push(`${op.method} ${op.path}: ${caller} was answered an undocumented ${answer.status}`);
    }
    return { status: answer.status, text };
  }

  /** Nothing of tenant A may stand in the answer; the carrier is shared and no secret. */
  #showsNothing(op: DocumentedOperation, caller: string, text: string, known: string[] = []): void {
    const { marker, ids } = this.#world.a;
    const secret = Object.entries(ids).filter(([name]) => name !== 'carrier' && !known.includes(name));
    for (const [name, id] of [...secret, ['marker', marker] as const]) {
      if (text.includes(id)) this.#leak(op, caller, `was shown A’s ${name}`);
    }
  }

  #leak(op: DocumentedOperation, caller: string, what: string): void {
    this.report.leaks.push(`${op.method} ${op.path}: ${caller} ${what}`);
  }
}
