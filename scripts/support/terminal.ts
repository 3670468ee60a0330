/** What scripts say to people: steps, progress, and failures in plain sentences. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { useRunFolder } from './run-folder.ts';

/** A failure that the user can understand and mend: shown without a stack. */
export class PlainError extends Error {}

/** Runs a script's main function; failures end in a sentence and exit code 1. */
export async function main(work: () => Promise<void>): Promise<void> {
  useRunFolder();
  try {
    await work();
  } catch (error) {
    if (error instanceof PlainError) console.error(`\n${error.message}`);
    else console.error(`\nUnexpected: ${error instanceof Error ? error.message : String(error)}`);
    if (!(error instanceof PlainError) && process.env.DEBUG) console.error(error);
    process.exit(1);
  }
}

/** Parses options; a wrong one is explained beside the usage. */
export function options<T extends NonNullable<ParseArgsConfig['options']>>(usage: string, spec: T) {
  const withHelp = { ...spec, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const parsed = parseArgs({ options: withHelp, allowPositionals: true, strict: true });
    if ((parsed.values as { help?: boolean }).help) {
      console.log(usage);
      process.exit(0);
    }
    return parsed;
  } catch (error) {
    throw new PlainError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/** Reads a number option within bounds. */
export function numberOption(
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(value) || value < min || value > max) {
    throw new PlainError(`--${name} must be a number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/** Announces a step and, when it is done, how long it took. */
export async function step<T>(name: string, work: () => Promise<T> | T): Promise<T> {
  const startedAt = Date.now();
  process.stdout.write(`${name} ... `);
  try {
    const result = await work();
    console.log(`done (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    console.log('failed');
    throw error;
  }
}

/** A progress bar: redrawn in place on a terminal, a line each tenth elsewhere. */
export function progressBar(label: string, total: number): (done: number, note?: string) => void {
  let lastTenth = -1;
  return (done, note = '') => {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const tenth = Math.floor(share * 10);
    if (!process.stdout.isTTY && tenth === lastTenth) return;
    lastTenth = tenth;
    const bar = '█'.repeat(Math.round(share * 24)).padEnd(24, '░');
    const line = `${label} ${bar} ${String(Math.round(share * 100)).padStart(3)} % ${done}/${total} ${note}`;
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[2K${line}${share === 1 ? '\n' : ''}` : `${line}\n`);
  };
}
