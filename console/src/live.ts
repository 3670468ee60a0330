/** Live feeds: a socket that comes back by itself and resumes where it was. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type LiveOptions, type LiveStatus, type LiveTopic, openLive } from '../../clients/typescript/src/index.ts';
import { api, client } from './api.ts';
import type { Container, FleetFrame, FleetLine, Position } from './types.ts';

export type { LiveStatus };

/** Follows a topic until the returned function is called, also across a renewed sign-in. */
function follow<T extends LiveTopic>(topic: T, options: Pick<Required<LiveOptions<T>>, 'onFrame' | 'onStatus'>) {
  let closed = false;
  let close: () => void = () => {};
  const open = (): void => {
    if (closed) return;
    close = openLive(client, topic, {
      ...options,
      onStatus: (status) => {
        options.onStatus(status);
        // Whatever ended the session may have ended only its tokens: any request renews them, or asks to sign in.
        if (status === 'ended') void api('me', {}).then(open, () => {});
      },
    });
  };
  open();
  return () => {
    closed = true;
    close();
  };
}

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
    this.#close ??= follow(
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
    return follow(
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
