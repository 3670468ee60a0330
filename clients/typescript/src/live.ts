/** Live sockets: opened by tickets, coming back by themselves, and going on where they were. */
import type { ContainerFrame, FleetFrame } from './api.ts';
import type { FairleadClient } from './client.ts';
import { ApiError } from './errors.ts';

/** How a live socket is doing. */
export type LiveStatus = 'connecting' | 'live' | 'offline' | 'ended';

/** What a socket is about. */
export type LiveTopic = { topic: 'fleet' } | { topic: 'container'; number: string };
/** The frames of a topic. */
export type FrameOf<T extends LiveTopic> = T extends { topic: 'fleet' } ? FleetFrame : ContainerFrame;

/** Who listens, and for tests the surroundings. */
export interface LiveOptions<T extends LiveTopic> {
  onFrame: (frame: FrameOf<T>) => void;
  onStatus?: (status: LiveStatus) => void;
  /** Makes a socket; the global WebSocket without it. */
  open?: (url: string) => LiveSocket;
  /** Runs something later; answers what takes that back. */
  later?: (ms: number, run: () => void) => () => void;
  random?: () => number;
}

/** What is used of a WebSocket. */
export interface LiveSocket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code?: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** A socket that stays silent is asked whether it is still there. */
const PING_MS = 25_000;
/** How long its answer may take. */
const PONG_MS = 10_000;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 20_000;

const timeout = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/**
 * Opens a live feed until the returned function is called. Frames arrive in order, without a gap across
 * reconnects: the cursor of the last frame goes along, and what was missed comes first.
 */
export function openLive<T extends LiveTopic>(client: FairleadClient, topic: T, options: LiveOptions<T>): () => void {
  const feed = new Feed(client, topic, options);
  feed.connect();
  return () => feed.close();
}

class Feed<T extends LiveTopic> {
  readonly #client: FairleadClient;
  readonly #topic: T;
  readonly #options: LiveOptions<T>;
  #cursor: { epoch: string; seq: number } | null = null;
  #socket: LiveSocket | null = null;
  #failures = 0;
  #heard = false;
  #closed = false;
  #cancel: () => void = () => {};

  constructor(client: FairleadClient, topic: T, options: LiveOptions<T>) {
    this.#client = client;
    this.#topic = topic;
    this.#options = options;
  }

  connect(): void {
    this.#options.onStatus?.('connecting');
    this.#client
      .call('createTicket', this.#topic)
      .then(({ url }) => this.#open(url))
      .catch((error: unknown) => this.#refused(error));
  }

  /** A caller who may not listen any more is told so; whatever else went wrong may pass. */
  #refused(error: unknown): void {
    if (!(error instanceof ApiError && [401, 403].includes(error.status))) return this.#comeBack();
    this.#closed = true;
    this.#cancel();
    this.#options.onStatus?.('ended');
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#socket?.close();
  }

  #open(url: string): void {
    if (this.#closed) return;
    const cursor = this.#cursor ? `&epoch=${encodeURIComponent(this.#cursor.epoch)}&seq=${this.#cursor.seq}` : '';
    const make = this.#options.open ?? ((address: string) => new WebSocket(address) as LiveSocket);
    const socket = make(this.#client.origin.replace(/^http/, 'ws') + url + cursor);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(String(data));
    // Also when its session ended: only its tokens may have, and the next ticket tells.
    socket.onclose = () => {
      if (this.#socket === socket) this.#comeBack();
    };
    this.#ping(socket);
  }

  #take(text: string): void {
    this.#heard = true;
    if (this.#closed || text === 'pong') return;
    const frame = JSON.parse(text) as FrameOf<T>;
    if (frame.epoch !== null) this.#cursor = { epoch: frame.epoch, seq: frame.seq };
    this.#failures = 0;
    this.#options.onStatus?.('live');
    this.#options.onFrame(frame);
  }

  /** Asks a silent socket whether it is still there; one that has not answered by the next time is given up. */
  #ping(socket: LiveSocket): void {
    this.#heard = false;
    this.#later(PING_MS, () => {
      if (this.#socket !== socket) return;
      try {
        socket.send('ping');
      } catch {
        // Still connecting, or closing: the next look decides.
      }
      this.#later(PONG_MS, () => {
        if (this.#socket !== socket) return;
        if (this.#heard) return this.#ping(socket);
        this.#socket = null;
        socket.close();
        this.#comeBack();
      });
    });
  }

  #comeBack(): void {
    if (this.#closed) return;
    this.#options.onStatus?.('offline');
    // A deploy drops every socket at once: jitter keeps them from coming back at once.
    const jitter = 0.5 + (this.#options.random ?? Math.random)();
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures++) * jitter;
    this.#later(wait, () => this.connect());
  }

  #later(ms: number, run: () => void): void {
    this.#cancel();
    this.#cancel = (this.#options.later ?? timeout)(ms, run);
  }
}
