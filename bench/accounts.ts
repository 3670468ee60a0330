/** The processes of a side: what they have used of the processors, as the kernel accounts for it, and their end. */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of the kernel's accounts in a second: USER_HZ, which Linux fixes at 100 for /proc (proc(5)). */
const TICKS_PER_SECOND = 100;

interface Row {
  pid: number;
  parent: number;
  ticks: number;
}

/**
 * Processor time in milliseconds of a process and everything below it, in user and in kernel mode, children that have
 * ended among them; null where there is no /proc. Exact to 10 ms a process: measure seconds, not single operations.
 */
export function cpuMsOf(root: number): number | null {
  const rows = table();
  if (!rows) return null;
  const below = new Set([root]);
  // Parents come before their children only by chance: look until none is found any more.
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const { pid, parent } of rows) if (below.has(parent)) below.add(pid);
  }
  const ticks = rows.filter(({ pid }) => below.has(pid)).reduce((sum, row) => sum + row.ticks, 0);
  return (ticks / TICKS_PER_SECOND) * 1_000;
}

function table(): Row[] | null {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  return names.flatMap((name) => {
    try {
      // The command in parentheses may hold blanks; the state is the first field after it.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      // proc(5): 4 ppid, 14 utime, 15 stime, 16 cutime, 17 cstime, counted from 1 with the state as 3.
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      return [{ pid: Number(name), parent: Number(fields[1]), ticks }];
    } catch {
      return [];
    }
  });
}

/** Ends a process by a signal, and waits until it is gone; one that has ended by itself is. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}
