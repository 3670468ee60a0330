/** The plan of the house as code: which room may import from which, and where imports run in circles. */
import { readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Prefixes that the files of each room may import; the longest room that a file is in counts. */
export const ROOM_RULES: Record<string, string[]> = {
  domain: ['domain/'],
  reference: ['reference/', 'domain/'],
  contracts: ['contracts/', 'domain/'],
  'contracts/kit': ['contracts/kit/'],
  platform: ['platform/', 'contracts/kit/', 'domain/'],
  'durable-objects': ['durable-objects/', 'contracts/', 'platform/', 'reference/', 'domain/'],
  'durable-objects/kit': ['durable-objects/kit/', 'contracts/', 'platform/', 'domain/'],
  clients: ['clients/'],
  console: ['console/', 'clients/', 'domain/'],
  workers: ['durable-objects/', 'contracts/', 'platform/', 'reference/', 'domain/'],
};

/** What runs before there is anything to be layered, or only in tests. */
const OUTSIDE = /^reference\/build-|^durable-objects\/testing\//;

/** The source files of a folder, tests and declarations left out. */
export function sourcesOf(root: string, folder: string): string[] {
  return [...new Set(filesOf(root, folder))].filter((file) => !OUTSIDE.test(file) && !file.endsWith('.test.ts'));
}

/** The files of a folder, tests included. */
export function filesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', '.wrangler'].includes(entry.name) ? [] : filesOf(root, path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

/** The files of ours that a file imports, types included. */
export function importsOf(file: string, text: string): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
  return [...new Set(found.map((match) => normalize(join(dirname(file), match[1]!))))];
}

/** The room of a file: the longest that it is in. */
const roomOf = (file: string): string =>
  Object.keys(ROOM_RULES)
    .filter((room) => file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0] ?? '';

/** Imports against an arrow, as `from -> to`. A Worker may import its own files, and no other's. */
export function misplaced(graph: ReadonlyMap<string, readonly string[]>): string[] {
  return [...graph].flatMap(([from, targets]) => {
    const room = roomOf(from);
    const [, worker] = from.split('/');
    const allowed = [...ROOM_RULES[room]!, ...(room === 'workers' ? [`workers/${worker}/`] : [])];
    return targets.filter((to) => !allowed.some((prefix) => to.startsWith(prefix))).map((to) => `${from} -> ${to}`);
  });
}

/** Groups of files that import each other in a circle (strongly connected components, Tarjan 1972). */
export function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const to of graph.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file)!, low.get(to)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1 || graph.get(file)?.includes(file)) circles.push(circle.sort());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return circles;
}
