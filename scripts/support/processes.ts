/** Processes of this machine. */
import { execFileSync } from 'node:child_process';
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

/**
 * Whether a process runs whose command holds `name`: an id alone may be somebody else's by now, and a process that
 * has ended but was not collected yet has no command.
 */
export const isRunning = (pid: number, name: string): boolean =>
  processTable().some((row) => row.pid === pid && row.command.includes(name));

/** The workerd processes that a process has started. */
export const workerdOf = (parent: number): number[] =>
  processTable()
    .filter((row) => row.parent === parent && row.command.includes('workerd'))
    .map(({ pid }) => pid);
