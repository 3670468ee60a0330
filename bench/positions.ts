/** Deliveries of positions in the shapes that feeds have, in our own format and in the peer's. */
import { numberOf } from './containers.ts';

/** A shape of deliveries. */
export interface Shape {
  /** Events of one delivery. */
  events: number;
  /** Containers that a delivery is of. */
  containers: number;
  /** Containers of the whole feed: deliveries go round over them. */
  fleet: number;
}

/** Containers of the feed whose objects are asleep when a delivery reaches them: its round takes longer than they stay awake. */
export const COLD_FLEET = 5_000;

/** The shapes that are measured. */
export const SHAPES = {
  ingest50: { events: 2_000, containers: 50, fleet: 50 },
  ingestCold: { events: 100, containers: 100, fleet: COLD_FLEET },
  single: { events: 1, containers: 1, fleet: 50 },
} satisfies Record<string, Shape>;

/** Position n of a feed: every one is new, a minute of the world's after the last of its container. */
interface Position {
  container: string;
  time: string;
  latitude: number;
  longitude: number;
  speed: number;
}

const BEGINS = Date.UTC(2024, 0, 1);

/** The newest minute of each container, in whichever feed: what comes later is neither late nor a duplicate. */
const minutes = new Map<number, number>();

/** A feed of one shape: its deliveries one after another, none like another of any feed. */
export class Feed {
  readonly shape: Shape;
  #next = 0;

  constructor(shape: Shape) {
    this.shape = shape;
  }

  /** The positions of the next delivery. */
  next(): Position[] {
    const { events, containers, fleet } = this.shape;
    const first = this.#next;
    this.#next = (this.#next + containers) % fleet;
    return Array.from({ length: events }, (_, i) => this.#position((first + (i % containers)) % fleet));
  }

  #position(i: number): Position {
    const minute = (minutes.get(i) ?? 0) + 1;
    minutes.set(i, minute);
    return {
      container: numberOf(i),
      time: new Date(BEGINS + minute * 60_000).toISOString(),
      latitude: 10 + (minute % 1_000) / 200,
      longitude: 110 + (i % 500) / 500,
      speed: 16,
    };
  }
}

/** A delivery as the peer takes it, in as many posts as it needs: it takes 1,000 positions at most. */
export function forPeer(positions: Position[]): string[] {
  const posts: string[] = [];
  for (let i = 0; i < positions.length; i += 1_000) {
    posts.push(
      JSON.stringify(
        positions.slice(i, i + 1_000).map(({ container, time, latitude, longitude, speed }) => ({
          container,
          at: time,
          lat: latitude,
          lon: longitude,
          speed,
        })),
      ),
    );
  }
  return posts;
}
