import { readFileSync } from 'node:fs';

/** Files of the store, of the process itself, sockets that listen. */
const OWN = 100;
/** Who may open as many is left in peace. */
const ENOUGH = 4_096;

interface Report {
  userLimits?: { open_files?: { soft?: number | string } };
}

/** NaN: unlimited, or not known. Linux says it at once; a report on the process holds it up for 15 to 230 ms. */
function mostFiles(): number {
  try {
    return Number(/^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  } catch {
    const { userLimits } = process.report.getReport() as Report;
    return Number(userLimits?.open_files?.soft);
  }
}

/** Each connection takes a file: that there are not enough is seen nowhere else, clients just wait. Null: enough, or not known. */
export function openFilesWarning(connections: number): string | null {
  const most = mostFiles();
  if (!(most < Math.min(ENOUGH, connections + OWN))) return null;
  return `this process may open ${most} files, so about ${Math.max(0, most - OWN)} connections, and CONCLAVE_MAX_CONNECTIONS is ${connections}: raise the limit (ulimit -n, LimitNOFILE=), or lower this`;
}
