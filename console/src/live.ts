/** Live feeds: a socket that comes back by itself and resumes where it was. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { api } from './api.ts';
import type { Container, ContainerFrame, FleetFrame, FleetLine, Position } from './types.ts';

/** How a feed is doing. */
export type LiveStatus = 'connecting' | 'live' | 'offline';

const PING_MS = 25_000;
const BACKOFF_MAX_MS = 20_000;

/** Opens a feed until `close`; frames arrive in order, without a gap across reconnects. */
function openFeed<F extends FleetFrame | ContainerFrame>(
  topic: object,
  onFrame: (frame: F) => void,
  onStatus: (status: LiveStatus) => void,
): () => void {
  let cursor: { epoch: string; seq: number } | null = null;
  let socket: WebSocket | null = null;
  let failures = 0;
  let closed = false;
  let timer = 0;
  const connect = async (): Promise<void> => {
    onStatus('connecting');
    try {
      const { url } = await api<{ url: string }>('POST', '/v1/ws-tickets', topic);
      if (closed) return;
      const resume: string = cursor ? `&epoch=${cursor.epoch}&seq=${cursor.seq}` : '';
      socket = new WebSocket(location.origin.replace(/^http/, 'ws') + url + resume);
    } catch {
      retry();
      return;
    }
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (data === 'pong') return;
      const frame = JSON.parse(data) as F;
      if (frame.epoch) cursor = { epoch: frame.epoch, seq: frame.seq };
      failures = 0;
      onStatus('live');
      onFrame(frame);
    };
    socket.onclose = retry;
  };
  const retry = (): void => {
    if (closed) return;
    onStatus('offline');
    // A deploy drops every socket at once: jitter keeps them from coming back at once.
    const wait = Math.min(BACKOFF_MAX_MS, 500 * 2 ** failures++) * (0.5 + Math.random());
    timer = window.setTimeout(() => void connect(), wait);
  };
  const ping = window.setInterval(() => socket?.readyState === WebSocket.OPEN && socket.send('ping'), PING_MS);
  void connect();
  return () => {
    closed = true;
    window.clearTimeout(timer);
    window.clearInterval(ping);
    socket?.close();
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
    this.#close ??= openFeed<FleetFrame>(
      { topic: 'fleet' },
      (frame) => this.#take(frame),
      (status) => this.#set({ status }),
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
    return openFeed<ContainerFrame>(
      { topic: 'container', number },
      (frame) => {
        if (frame.type === 'resumed') return;
        if (frame.container) setView(frame.container);
        const fresh = frame.type === 'delta' ? frame.positions : [];
        if (fresh.length > 0) setTrail((before) => [...before, ...fresh].slice(-500));
      },
      setStatus,
    );
  }, [number]);
  return { view, trail, status };
}
