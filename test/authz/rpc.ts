/**
 * Every operation of every service, asked directly over RPC: the gateway's check is the first lock, never
 * the only one. A foreign actor with all roles of its own tenant gets nothing of tenant A's, and an actor
 * without roles gets nothing at all.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { identity } from '../../contracts/identity/index.ts';
import type { Actor } from '../../contracts/kit/actor.ts';
import type { Operation } from '../../contracts/kit/operation.ts';
import { notifications } from '../../contracts/notifications/index.ts';
import { observer } from '../../contracts/operations/index.ts';
import { procurement } from '../../contracts/procurement/index.ts';
import { tracking } from '../../contracts/tracking/index.ts';
import { Schemas } from '../../workers/gateway/openapi/schemas.ts';
import type { Platform } from '../support/harness.ts';
import { type Hints, type JsonSchema, type OpenApi, sample, valuesOf } from '../support/openapi.ts';
import type { World } from '../support/world.ts';
import type { MatrixReport } from './matrix.ts';
import { hintsFor, SHARED_CONTAINER } from './requests.ts';

/** What takes the container away that the others ask about. */
const LAST = ['archiveContainer', 'unarchiveContainer', 'untrackContainer', 'deleteContainer'];

/** Every operation that asks who is asking. */
export const OPERATIONS: Operation[] = [identity, tracking, procurement, notifications, observer]
  .flatMap((contract) => Object.values(contract) as Operation[])
  .filter(({ permission }) => typeof permission === 'string')
  .sort((x, y) => LAST.indexOf(x.name) - LAST.indexOf(y.name));

const OBJECTS: [RegExp, string][] = [
  [/CarrierBooking|CarrierConfirmation/, 'requested'],
  [/Booking/, 'booking'],
  [/Allocation/, 'allocation'],
  [/Shipment/, 'shipment'],
  [/Invitation/, 'invitation'],
  [/Client/, 'client'],
  [/[cC]arrier/, 'carrier'],
  [/Journey|Milestones/, 'journey'],
  [/Connection/, 'connection'],
  [/Receipt/, 'receipt'],
  [/DeadLetter/, 'deadLetter'],
  [/Endpoint|listDeliveries|replayEvents/, 'endpoint'],
  [/replayDelivery/, 'delivery'],
  [/Limits/, 'tenant'],
  [/User|Factor|PasswordReset/, 'user'],
];

/** A valid input that names tenant A's things. */
function inputFor(operation: Operation, { a }: World, seed: number): object {
  if (operation.name === 'ingest') return deliveryOf(a.ids);
  const schemas = new Schemas();
  const schema = schemas.of(operation.input, 'input') as JsonSchema;
  const document = { paths: {}, components: { schemas: schemas.components } } as unknown as OpenApi;
  const object = OBJECTS.find(([pattern]) => pattern.test(operation.name))?.[1];
  const hints: Hints = {
    ...hintsFor(a.ids),
    id: fc.constant(object ? a.ids[object] : 'none'),
    sessionId: fc.constant(a.ids.session),
    ...(operation.name === 'registerContainers' ? { containers: fc.constant([SHARED_CONTAINER]) } : {}),
    ...(/[tT]ransition/.test(operation.name) ? { to: fc.constant('cancelled') } : {}),
    ...(operation.name === 'setConnectionOptions' ? { role: fc.constant('carrier') } : {}),
    ...(operation.name === 'createClient' ? { scopes: fc.constant(undefined) } : {}),
    ...(operation.name === 'createInvitation' ? { carrierId: fc.constant(undefined) } : {}),
    ...(operation.name === 'replayEvents'
      ? { from: fc.constant('2026-11-01T00:00:00Z'), until: fc.constant(undefined) }
      : {}),
    ...(/eta|reliability|listPositions|pairDevice|audit/i.test(operation.name)
      ? { from: fc.constant(undefined), to: fc.constant(undefined) }
      : {}),
  };
  const input = sample(valuesOf(schema, document, hints), seed) as Record<string, unknown>;
  // Made-up records have no prototype, and cannot cross RPC.
  return JSON.parse(JSON.stringify(input)) as object;
}

function deliveryOf(ids: Record<string, string>): object {
  return {
    connection: {
      id: ids.connection,
      tenantId: ids.tenant,
      carrierId: ids.carrier,
      name: 'X',
      format: 'positions',
      scheme: 'standard-webhooks',
      status: 'active',
      createdAt: '2026-01-01T00:00:00.000Z',
      secretRotatedAt: null,
    },
    contentType: 'application/json',
    body: new TextEncoder().encode('[]'),
  };
}

/** Members of an input that name a thing of A's. */
const NAMING = ['id', 'tenantId', 'sessionId', 'connectionId', 'connection'];
/** What A and B share: a carrier both work with. */
const SHARED = ['getCarrier', 'carrierReliability'];
/** Who one is, and that one leaves, is anybody's own matter. */
const OWN = ['me', 'signOut'];

type Service = Record<string, (context: object, input: object) => Promise<Outcome>>;
interface Outcome {
  ok?: boolean;
  code?: string;
}

/** Asks every operation as the two outsiders; adds to the report. */
export async function checkServices(
  platform: Platform,
  world: World,
  report: MatrixReport,
  plant: (operation: Operation, actor: Actor) => Actor = (_operation, actor) => actor,
): Promise<number> {
  const foreign: Actor = {
    tenantId: world.b.ids.tenant!,
    subject: 'cli_foreign',
    kind: 'client',
    roles: ['tenant_admin'],
    scopes: null,
    sessionId: null,
  };
  const nobody: Actor = { ...foreign, tenantId: world.a.ids.tenant!, roles: [] };
  for (const operation of OPERATIONS) {
    const { service: name } = operation;
    const label = `${name}.${operation.name}`;
    const service = (await platform.server.getWorker(`fairlead-${name}`).getExport()) as unknown as Service;
    const input = inputFor(operation, world, ++report.cells);
    const ask = (actor: Actor): Promise<Outcome> => {
      const context = {
        actor: plant(operation, actor),
        correlationId: 'authz-check',
        address: '203.0.113.1',
        idempotencyKey: randomUUID(),
        expectedVersion: 1,
      };
      return service[operation.name]!(context, input);
    };
    const answer = await ask(foreign);
    const shown = JSON.stringify(answer);
    if (answer.code === 'invalid')
      report.undeclared.push(`${label} was sent what is not valid: ${shown.slice(0, 300)}`);
    // Who names A's thing must be refused: what an operation does there need not show in its answer.
    const names = Object.keys(input).some((member) => NAMING.includes(member)) && !SHARED.includes(operation.name);
    if (names && answer.ok !== false) report.leaks.push(`${label} acts on what is A’s`);
    for (const [what, id] of Object.entries({ ...world.a.ids, marker: world.a.marker })) {
      if (what !== 'carrier' && shown.includes(id)) report.leaks.push(`${label} shows A’s ${what}`);
    }
    const refused = await ask(nobody);
    if (!OWN.includes(operation.name) && refused.code !== 'forbidden') {
      report.leaks.push(`${label} lets an actor without roles pass (${refused.code ?? 'ok'})`);
    }
  }
  return OPERATIONS.length;
}
