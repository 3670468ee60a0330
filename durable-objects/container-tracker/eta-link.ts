/** A container's dealings with its tenant's ETA ledger: models in, ended journeys out. */
import type { Advanced } from '../../domain/container/advance.ts';
import type { ContainerState, TrackerMemory } from '../../domain/container/state.ts';
import { ofJourney } from '../../domain/eta/journey.ts';
import { planOf } from '../../domain/eta/plan.ts';
import { type EtaModels, NO_MODELS, type Sea } from '../../domain/eta/state.ts';
import { errorText, type Logger } from '../../platform/log.ts';
import { etaLedger } from '../eta-ledger/stub.ts';
import type { ModelsKey } from '../eta-ledger/types.ts';
import { seaWith } from './sea.ts';
import type { TrackerStorage } from './storage.ts';

const LEDGER_RETRY_MS = 900_000;

/** The link of one container. */
export class EtaLink {
  readonly #storage: TrackerStorage;
  readonly #log: Logger;
  readonly #env: { ETA_LEDGER: DurableObjectNamespace };
  /** The sea, with this object's distance fields. */
  readonly sea: Sea;
  #kept: { key: string; models: EtaModels } | null;

  constructor(storage: TrackerStorage, env: { ETA_LEDGER: DurableObjectNamespace }, log: Logger) {
    this.#storage = storage;
    this.#log = log;
    this.#env = env;
    this.#kept = storage.models();
    this.sea = seaWith({
      load: (name) => storage.loadField(name),
      save: (name, bytes) => storage.saveField(name, bytes),
    });
  }

  /** The models of the last asking; none before it. */
  get models(): EtaModels {
    return this.#kept?.models ?? NO_MODELS;
  }

  /** Whether the container's way is one whose models were never asked for. */
  isNew(state: ContainerState): boolean {
    const key = keyOf(state);
    return key !== null && JSON.stringify(key) !== this.#kept?.key;
  }

  /** Asks the ledger for the models of the container's way; those of the last asking go on when it does not answer. */
  async fetchModels(tenantId: string, state: ContainerState): Promise<void> {
    const key = keyOf(state);
    if (!key) return;
    const models = await etaLedger(this.#env, tenantId)
      .models(tenantId, key)
      .catch((error: unknown) => {
        this.#log('warn', 'eta.models_failed', { container: state.number, error: errorText(error) });
        return null;
      });
    if (!models) return;
    const text = JSON.stringify(key);
    if (this.#kept?.key === text && JSON.stringify(this.#kept.models) === JSON.stringify(models)) return;
    this.#kept = { key: text, models };
    this.#storage.saveModels(text, models);
  }

  /** Inside the transaction: keeps what was published and files a journey that has reached a target. */
  file({ memory, said, arrived }: Advanced): boolean {
    const journey = memory.eta?.journey ?? 0;
    if (said.length > 0) this.#storage.addSaid(journey, said);
    if (arrived.length === 0) return false;
    this.#storage.fileJourney(journey, journeyOf(memory));
    return true;
  }

  /** Sends the journeys that the ledger does not have in this form; when to try again, or null. */
  async sendJourneys(tenantId: string, now: number): Promise<number | null> {
    try {
      for (let record = this.#storage.unsentJourney(); record; record = this.#storage.unsentJourney()) {
        await etaLedger(this.#env, tenantId).record(tenantId, record);
        this.#storage.journeySent(record);
      }
      return null;
    } catch (error) {
      this.#log('warn', 'eta.ledger_failed', { error: errorText(error) });
      return now + LEDGER_RETRY_MS;
    }
  }
}

function keyOf({ registration, milestones }: ContainerState): ModelsKey | null {
  if (!registration?.destination) return null;
  const { nodes } = planOf(milestones, registration.origin, registration.destination);
  const legs = nodes.slice(1).map((to, i) => `${nodes[i]}>${to}`);
  const { destination, carrierId } = registration;
  return { origin: nodes[0]!, destination, carrierId: carrierId ?? null, legs };
}

function journeyOf({ eta, state }: TrackerMemory) {
  const { registration, milestones, number } = state;
  const plan = planOf(ofJourney(eta, milestones), registration?.origin, registration?.destination ?? '');
  return {
    container: number,
    journey: eta!.journey,
    carrierId: registration?.carrierId ?? null,
    origin: eta!.origin,
    destination: eta!.destination,
    reached: eta!.reached,
    promisedAt: registration?.promisedArrivalAt ? Date.parse(registration.promisedArrivalAt) : null,
    legs: eta!.legs,
    stages: plan.stages,
    calls: eta!.calls,
  };
}
