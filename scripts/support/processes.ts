/** Processes of this machine: which are below one of ours, and how to end them. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface ProcessRow {
  pid: number;
  parent: number;
  command: string;
}

/** All processes: from /proc where there is one (a bare system has no `ps`), else from `ps`. */
function processTable(): ProcessRow[] {
  if (existsSync('/proc/self/stat')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          // The command in parentheses may hold blanks: the parent's id is the second field after it.
          const parent = Number(
            readFileSync(`/proc/${name}/stat`, 'utf8')
              .replace(/^.*\) /s, '')
              .split(' ')[1],
          );
          return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
        } catch {
          return [];
        }
      });
  }
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
    .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command: command! }));
}

/** The workerd processes below a process. */
export function workerdOf(root: number): number[] {
  const rows = processTable();
  const below = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent } of rows) {
      if (!below.has(parent) || below.has(pid)) continue;
      below.add(pid);
      grew = true;
    }
  }
  return rows.filter(({ pid, command }) => below.has(pid) && command.includes('workerd')).map(({ pid }) => pid);
}

/** Ends a process and its group: by the signal, and after a while by force. */
export async function endGroup(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const send = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // Already gone.
    }
  };
  send(signal);
  const force = setTimeout(() => send('SIGKILL'), 8_000);
  await gone;
  clearTimeout(force);
  // The runtime's own children may outlive it by a moment.
  send('SIGKILL');
}
