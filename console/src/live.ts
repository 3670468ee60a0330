/** Live feeds: a socket that comes back by itself and resumes where it was. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type LiveStatus, openLive } from '../../clients/typescript/src/index.ts';
import { client } from './api.ts';
import type { Container, FleetFrame, FleetLine, Position } from './types.ts';

export type { LiveStatus };

/** The fleet as one live map by container number; one feed serves every page. */
class FleetStore {
  #containers = new Map<string, FleetLine>();
  #snapshot: { containers: ReadonlyMap<string, FleetLine>; status: LiveStatus } = {
    containers: this.#containers,
    status: 'connecting',
  };
  readonly #listeners = new Set<() => void>();
  #close: (() => void) | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#close ??= openLive(
      client,
      { topic: 'fleet' },
      { onFrame: (frame) => this.#take(frame), onStatus: (status) => this.#set({ status }) },
    );
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#close?.();
      this.#close = null;
    };
  };

  readonly read = () => this.#snapshot;

  #take(frame: FleetFrame): void {
    if (frame.type === 'resumed') return;
    const fresh = frame.type === 'snapshot' && frame.part === 1;
    this.#containers = new Map(fresh ? [] : this.#containers);
    for (const container of frame.containers) this.#containers.set(container.number, container);
    if (frame.type === 'delta') for (const number of frame.removed ?? []) this.#containers.delete(number);
    this.#set({ containers: this.#containers });
  }

  #set(change: Partial<{ containers: ReadonlyMap<string, FleetLine>; status: LiveStatus }>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const fleet = new FleetStore();

/** The live fleet. */
export function useFleet() {
  return useSyncExternalStore(fleet.subscribe, fleet.read);
}

/** One live container with the positions that came in since the page opened. */
export function useLiveContainer(number: string): {
  view: Container | null;
  trail: Position[];
  status: LiveStatus;
} {
  const [view, setView] = useState<Container | null>(null);
  const [trail, setTrail] = useState<Position[]>([]);
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const name = useRef(number);
  useEffect(() => {
    if (name.current !== number) {
      name.current = number;
      setView(null);
      setTrail([]);
    }
    return openLive(
      client,
      { topic: 'container', number },
      {
        onStatus: setStatus,
        onFrame: (frame) => {
          if (frame.type === 'resumed') return;
          if (frame.container) setView(frame.container);
          const fresh = frame.type === 'delta' ? frame.positions : [];
          if (fresh.length > 0) setTrail((before) => [...before, ...fresh].slice(-500));
        },
      },
    );
  }, [number]);
  return { view, trail, status };
}
