/** How a back-test reads its file: the mapping file with the flags laid over it. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { PlainError } from '../support/terminal.ts';
import { COLUMN_ROLES, type MappingFile, type Role, TIME_FORMATS } from './mapping.ts';

const SPEED_UNITS = ['knots', 'kmh', 'ms'] as const;

const mappingSchema = z.strictObject({
  columns: z.partialRecord(z.enum(COLUMN_ROLES as [Role, ...Role[]]), z.string()).optional(),
  timeFormat: z.enum(TIME_FORMATS).optional(),
  speedUnit: z.enum(SPEED_UNITS).optional(),
  delimiter: z.string().length(1).optional(),
  milestones: z.record(z.string(), z.string()).optional(),
  target: z.string().optional(),
  wide: z
    .array(
      z.strictObject({
        milestone: z.string(),
        actual: z.string(),
        planned: z.string().optional(),
        place: z.string().optional(),
        placeColumn: z.string().optional(),
      }),
    )
    .min(2)
    .optional(),
});

/** Everything a reader needs to know. */
export interface Settings extends MappingFile {
  file: string;
}

/** Reads the mapping file, if one is named, and lays the flags over it. */
export function loadMapping(file: string, flags: Record<string, string | undefined>): Settings {
  const mapping = flags.mapping === undefined ? {} : readMapping(flags.mapping);
  const columns: MappingFile['columns'] = { ...mapping.columns };
  for (const role of COLUMN_ROLES) {
    const named = flags[`${role}-column`];
    if (named !== undefined) columns[role] = named;
  }
  return {
    ...mapping,
    file,
    columns,
    timeFormat: oneOf('time-format', flags['time-format'], TIME_FORMATS) ?? mapping.timeFormat ?? 'auto',
    speedUnit: oneOf('speed-unit', flags['speed-unit'], SPEED_UNITS) ?? mapping.speedUnit ?? 'knots',
  };
}

function readMapping(file: string): MappingFile {
  if (!existsSync(file)) throw new PlainError(`There is no mapping file ${file}.`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new PlainError(`The mapping file ${file} is not JSON.`);
  }
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success) return parsed.data as MappingFile;
  const [issue] = parsed.error.issues;
  throw new PlainError(`The mapping file ${file} has a fault at /${issue!.path.join('/')}: ${issue!.message}.`);
}

function oneOf<T extends string>(name: string, text: string | undefined, allowed: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  if ((allowed as readonly string[]).includes(text)) return text as T;
  throw new PlainError(`--${name} is one of ${allowed.join(', ')}; not "${text}".`);
}
