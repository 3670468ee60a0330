import {
  type GeoPath,
  type GeoProjection,
  geoBounds,
  geoDistance,
  geoGraticule10,
  geoNaturalEarth1,
  geoPath,
} from 'd3-geo';
import { select } from 'd3-selection';
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { useEffect, useRef, useState } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import landFile from 'world-atlas/land-110m.json';

/** A vessel mark on the map. */
export interface Mark {
  id: string;
  lat: number;
  lon: number;
  courseDeg: number | null;
  tone: 'normal' | 'alert' | 'still';
  label: string;
}

/** A line on the map; dashed for what is still to come. */
export interface Line {
  coordinates: [number, number][][];
  kind: 'route' | 'track';
}

interface Props {
  marks: Mark[];
  lines?: Line[];
  onPick?: (id: string) => void;
  /** Frames the lines and marks instead of the world. */
  fit?: boolean;
  label: string;
}

const topology = landFile as unknown as Topology<{ land: GeometryCollection }>;
const land = feature(topology, topology.objects.land);
const graticule = geoGraticule10();
const PICK_RADIUS_PX = 14;
/** Marks glide to their new place in this time: about the pace at which positions come in. */
const GLIDE_MS = 1_800;

interface Moving {
  from: [number, number];
  to: [number, number];
  since: number;
  mark: Mark;
}

/** The world with marks and lines: canvas layers, panned and zoomed by d3. Keeps no React state per frame. */
export function WorldMap(props: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const engine = useRef<MapEngine | null>(null);
  const [hover, setHover] = useState<{ mark: Mark; x: number; y: number } | null>(null);
  const pick = useRef(props.onPick);
  pick.current = props.onPick;
  useEffect(() => {
    const made = new MapEngine(frame.current!, setHover, (id) => pick.current?.(id));
    engine.current = made;
    return () => made.destroy();
  }, []);
  useEffect(
    () => engine.current?.show(props.marks, props.lines ?? [], props.fit ?? false),
    [props.marks, props.lines, props.fit],
  );
  return (
    <div className="map" ref={frame} role="img" aria-label={props.label} data-marks={props.marks.length}>
      <canvas className="map-base" />
      <canvas className="map-fleet" />
      {hover && (
        <div className="map-hint" style={{ left: hover.x, top: hover.y }}>
          {hover.mark.label}
        </div>
      )}
    </div>
  );
}

class MapEngine {
  readonly #frame: HTMLDivElement;
  readonly #base: HTMLCanvasElement;
  readonly #fleet: HTMLCanvasElement;
  readonly #zoom: ZoomBehavior<HTMLDivElement, unknown>;
  readonly #observer: ResizeObserver;
  readonly #moving = new Map<string, Moving>();
  readonly #onHover: (hover: { mark: Mark; x: number; y: number } | null) => void;
  #transform: ZoomTransform = zoomIdentity;
  #lines: Line[] = [];
  #projection: GeoProjection = geoNaturalEarth1();
  #fitted = false;
  #raf = 0;

  constructor(
    frame: HTMLDivElement,
    onHover: (hover: { mark: Mark; x: number; y: number } | null) => void,
    onPick: (id: string) => void,
  ) {
    this.#frame = frame;
    this.#base = frame.querySelector('.map-base')!;
    this.#fleet = frame.querySelector('.map-fleet')!;
    this.#onHover = onHover;
    this.#zoom = zoom<HTMLDivElement, unknown>()
      .scaleExtent([0.8, 40])
      .on('zoom', ({ transform }: { transform: ZoomTransform }) => {
        this.#transform = transform;
        this.#project();
        this.#drawBase();
        this.#request();
      });
    select(frame).call(this.#zoom);
    frame.addEventListener('pointermove', (event) => this.#hover(event));
    frame.addEventListener('pointerleave', () => onHover(null));
    frame.addEventListener('click', (event) => {
      const found = this.#nearest(event);
      if (found) onPick(found.mark.id);
    });
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(frame);
  }

  destroy(): void {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#raf);
    select(this.#frame).on('.zoom', null);
  }

  show(marks: Mark[], lines: Line[], fit: boolean): void {
    const now = performance.now();
    const seen = new Set<string>();
    for (const mark of marks) {
      seen.add(mark.id);
      const known = this.#moving.get(mark.id);
      const to: [number, number] = [mark.lon, mark.lat];
      const moved = known && (known.to[0] !== to[0] || known.to[1] !== to[1]);
      if (!known) this.#moving.set(mark.id, { from: to, to, since: now, mark });
      else if (moved) this.#moving.set(mark.id, { from: placeAt(known, now), to, since: now, mark });
      else known.mark = mark;
    }
    for (const id of this.#moving.keys()) if (!seen.has(id)) this.#moving.delete(id);
    this.#lines = lines;
    if (fit && !this.#fitted && (lines.length > 0 || marks.length > 0)) this.#fit(marks, lines);
    this.#drawBase();
    this.#request();
  }

  #fit(marks: Mark[], lines: Line[]): void {
    const { clientWidth: width, clientHeight: height } = this.#frame;
    const points = [
      ...marks.map((m): [number, number] => [m.lon, m.lat]),
      ...lines.flatMap((line) => line.coordinates.flat()),
    ];
    if (width === 0 || points.length === 0) return;
    this.#fitted = lines.length > 0;
    // Turn the globe so that what is shown lies in the middle, even across the antimeridian.
    const cloud = { type: 'MultiPoint' as const, coordinates: points };
    const [[west, south], [east, north]] = geoBounds(cloud);
    const middle = west <= east ? (west + east) / 2 : ((west + east + 360) / 2) % 360;
    this.#projection = geoNaturalEarth1().rotate([-middle, 0]);
    const tiny = geoDistance([west, south], [east, north]) < 0.02;
    this.#projection.fitExtent(
      [
        [40, 40],
        [width - 40, height - 40],
      ],
      tiny ? { type: 'Sphere' } : cloud,
    );
    this.#scale = this.#projection.scale();
    this.#offset = this.#projection.translate();
    this.#project();
  }

  #scale = 0;
  #offset: [number, number] = [0, 0];

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#frame;
    if (width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.#base, this.#fleet]) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.getContext('2d')!.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    if (this.#fitted)
      this.#fit(
        [...this.#moving.values()].map(({ mark }) => mark),
        this.#lines,
      );
    else {
      this.#projection.fitExtent(
        [
          [8, 8],
          [width - 8, height - 8],
        ],
        { type: 'Sphere' },
      );
      this.#scale = this.#projection.scale();
      this.#offset = this.#projection.translate();
    }
    this.#project();
    this.#drawBase();
    this.#request();
  }

  #project(): void {
    const { k, x, y } = this.#transform;
    this.#projection.scale(this.#scale * k).translate([this.#offset[0] * k + x, this.#offset[1] * k + y]);
  }

  #colour(name: string): string {
    return getComputedStyle(this.#frame).getPropertyValue(name).trim();
  }

  #drawBase(): void {
    const context = this.#base.getContext('2d')!;
    const { clientWidth: width, clientHeight: height } = this.#frame;
    const draw: GeoPath = geoPath(this.#projection, context);
    context.clearRect(0, 0, width, height);
    const shape = (object: Parameters<GeoPath>[0], paint: () => void): void => {
      context.beginPath();
      draw(object);
      paint();
    };
    context.fillStyle = this.#colour('--sea');
    shape({ type: 'Sphere' }, () => context.fill());
    context.strokeStyle = this.#colour('--grid');
    context.lineWidth = 0.5;
    shape(graticule, () => context.stroke());
    context.fillStyle = this.#colour('--land');
    shape(land, () => context.fill());
    context.strokeStyle = this.#colour('--coast');
    shape(land, () => context.stroke());
    for (const line of this.#lines) {
      context.strokeStyle = this.#colour(line.kind === 'route' ? '--route' : '--track');
      context.lineWidth = 2;
      context.setLineDash(line.kind === 'route' ? [5, 5] : []);
      shape({ type: 'MultiLineString', coordinates: line.coordinates }, () => context.stroke());
    }
    context.setLineDash([]);
  }

  #request(): void {
    cancelAnimationFrame(this.#raf);
    this.#raf = requestAnimationFrame((now) => this.#drawFleet(now));
  }

  #drawFleet(now: number): void {
    const context = this.#fleet.getContext('2d')!;
    context.clearRect(0, 0, this.#frame.clientWidth, this.#frame.clientHeight);
    const tones = {
      normal: this.#colour('--mark'),
      alert: this.#colour('--mark-alert'),
      still: this.#colour('--mark-still'),
    };
    let gliding = false;
    for (const moving of this.#moving.values()) {
      gliding ||= now - moving.since < GLIDE_MS;
      const at = this.#projection(placeAt(moving, now));
      if (at) drawMark(context, at, moving.mark, tones[moving.mark.tone]);
    }
    if (gliding) this.#request();
  }

  #nearest(event: MouseEvent): Moving | null {
    const box = this.#frame.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best: { moving: Moving; distance: number } | null = null;
    for (const moving of this.#moving.values()) {
      const at = this.#projection(moving.to);
      const distance = at ? Math.hypot(at[0] - x, at[1] - y) : Number.POSITIVE_INFINITY;
      if (distance < (best?.distance ?? PICK_RADIUS_PX)) best = { moving, distance };
    }
    return best?.moving ?? null;
  }

  #hover(event: PointerEvent): void {
    const found = this.#nearest(event);
    const at = found && this.#projection(found.to);
    this.#frame.style.cursor = found ? 'pointer' : '';
    this.#onHover(found && at ? { mark: found.mark, x: at[0], y: at[1] } : null);
  }
}

/** Where a gliding mark is; a jump across the antimeridian is not drawn through the whole world. */
function placeAt({ from, to, since }: Moving, now: number): [number, number] {
  const share = Math.min(1, Math.max(0, (now - since) / GLIDE_MS));
  if (Math.abs(to[0] - from[0]) > 90) return to;
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}

function drawMark(context: CanvasRenderingContext2D, [x, y]: [number, number], mark: Mark, colour: string): void {
  context.save();
  context.translate(x, y);
  context.beginPath();
  if (mark.tone === 'still' || mark.courseDeg === null) context.arc(0, 0, 4.5, 0, 2 * Math.PI);
  else {
    context.rotate((mark.courseDeg * Math.PI) / 180);
    context.moveTo(0, -8);
    context.lineTo(5, 6);
    context.lineTo(0, 3);
    context.lineTo(-5, 6);
    context.closePath();
  }
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(255 255 255 / .85)';
  context.stroke();
  context.restore();
}
