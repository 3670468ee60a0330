/**
 * Samples by perf of Linux (Debian: linux-perf): processor time of the whole runtime, native code and JavaScript alike, with
 * the stacks that it was spent in. V8 writes down where its code lies (perf map), so that functions have their names.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample, Sampler } from './sample.ts';

/** What V8 is told so that perf can name its functions, and not to write a log besides; the platform must be started with it. */
export const V8_FLAGS =
  '--perf-basic-prof --interpreted-frames-native-stack --no-logfile-per-isolate --logfile=/dev/null';
const FREQUENCY_HZ = 999;
const OUTPUT_MAX_BYTES = 1 << 30;

/** Why perf cannot be used here; null where it can. */
export function whyNoPerf(): string | null {
  try {
    execFileSync('perf', ['record', '-e', 'cpu-clock', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return null;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing ? 'perf is not installed (Debian: linux-perf)' : 'perf may not sample here';
  }
}

/** Samples a runtime by its process until it is stopped. */
export async function startPerf(pid: number): Promise<Sampler> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-perf-'));
  const file = join(folder, 'perf.data');
  const args = ['record', '-q', '-F', String(FREQUENCY_HZ), '-g', '-e', 'cpu-clock', '-o', file, '-p', String(pid)];
  const perf = spawn('perf', args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => perf.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    perf.once('spawn', resolve);
    perf.once('error', reject);
  });
  return {
    async stop() {
      perf.kill('SIGINT');
      await ended;
      const script = ['script', '-i', file, '-F', 'comm,ip,sym'];
      const text = execFileSync('perf', script, { maxBuffer: OUTPUT_MAX_BYTES, stdio: ['ignore', 'pipe', 'ignore'] });
      rmSync(folder, { recursive: true, force: true });
      rmSync(`/tmp/perf-${pid}.map`, { force: true });
      return samplesOf(String(text));
    },
  };
}

/** The samples of perf's script: blocks of a head and its frames, the innermost first. */
export function samplesOf(text: string): Sample[] {
  return text.split('\n\n').flatMap((block) => {
    const [head, ...lines] = block.trim().split('\n');
    const frames = lines.map((line) => line.trim().replace(/^[0-9a-f]+ /, ''));
    if (!head || frames.length === 0) return [];
    const functions = frames.flatMap((frame) => functionOf(frame) ?? []);
    return [{ ms: 1_000 / FREQUENCY_HZ, hop: hopOf(functions[0]), kind: kindOf(frames), functions }];
  });
}

/** "JS:*'name gateway/index.js:12:3" is a function with the tier of its code in front; line and column are those of the bundle. */
function functionOf(frame: string): string | null {
  const found = /^JS:(?:o?[~^+*]+'?)? ?(.*?) ?(\S+?):(\d+):\d+$/.exec(frame);
  return found && `${found[2]!.replace('/index.js', '')} ${found[1] || `(anonymous, line ${found[3]})`}`;
}

const STAND_INS: Record<string, string> = {
  'database.worker.js': 'D1, local stand-in',
  'entry.worker.js': 'D1, local stand-in',
  'cloudflare-internal': 'D1, local stand-in',
  'broker.worker.js': 'queues, local stand-in',
  miniflare: 'local stand-ins',
};

/** Where the innermost function belongs; runtime work that no function asked for belongs to none. */
function hopOf(innermost: string | undefined): string {
  if (!innermost) return 'no Worker: network, scheduling';
  const [file = ''] = innermost.split(/[ :]/);
  return STAND_INS[file] ?? file.replace('/limited.mjs', '');
}

/** What a stack does, by the first frame, from the innermost on, that tells. */
const KINDS: [kind: string, frames: RegExp][] = [
  ['disk sync', /fsync|ext4_|jbd2/],
  ['SQLite', /sqlite3|Sqlite|SqlStorage/],
  ['garbage collection', /CollectGarbage|Scaveng|MarkCompact|MinorGC|cppgc|Sweep|Marking/],
  ['compiling', /Compil|turboshaft|maglev|Sparkplug|baseline::/i],
  ['JSON', /Json(Stringif|Pars)/],
  ['values over RPC', /ValueSerializer|ValueDeserializer|jsg::(S|Des)erializer/],
  ['cryptography', /EVP_|SHA\d|sha\d+_|HMAC|ec_GF|ecp_|CryptoKey|SubtleCrypto/],
  ['headers, requests, answers', /api::(Headers|Request|Response|URL|Body)|HttpHeaders|ada::/],
  ['RPC', /JsRpc|capnp::|rpc::/],
  ['network and HTTP', /tcp_|sock_|skb_|HttpService|HttpServer|HttpOutput|HttpInput|mio::|epoll|writev/],
  ['JavaScript', /^(JS:|Builtins_|LazyCompile|Eval:|v8::internal::(Runtime|JSObject|LoadIC|StoreIC|KeyedLoadIC|Map))/],
];

function kindOf(frames: readonly string[]): string {
  for (const frame of frames) {
    const found = KINDS.find(([, pattern]) => pattern.test(frame));
    if (found) return found[0];
  }
  return 'runtime';
}
