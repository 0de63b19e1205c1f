import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Ends what a stack has started when the stack itself was killed without a word (SIGKILL, out of memory): its
 * runtime and its peers would live on and hold their ports. It hears of that death by the end of its standard input.
 */
export function startWatchdog(): void {
  const dog = spawn(process.execPath, [import.meta.filename, String(process.pid)], {
    // Out of the stack's process group: a Ctrl-C is not its business.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  dog.unref();
}

const LOOK_EVERY_MS = 1_000;

/** The processes a process has started itself. */
function childrenOf(parent: number): number[] {
  if (existsSync('/proc/self/stat')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => parentOf(pid) === parent);
  }
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []));
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the parent is the second field after it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function watch(parent: number): void {
  let known: readonly number[] = [];
  const look = () => {
    const children = childrenOf(parent).filter((pid) => pid !== process.pid);
    if (children.length > 0) known = children;
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  process.stdin.resume();
  process.stdin.on('end', () => {
    clearInterval(timer);
    for (const pid of known) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already: the stack ended in order.
      }
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) watch(Number(process.argv[2]));
