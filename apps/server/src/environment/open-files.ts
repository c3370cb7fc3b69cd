/** Files of the store, of the process itself, sockets that listen. */
const OWN = 100;
/** Who may open as many is left in peace. */
const ENOUGH = 4_096;

interface Report {
  userLimits?: { open_files?: { soft?: number | string } };
}

/** Each connection takes a file: that there are not enough is seen nowhere else, clients just wait. Null: enough, or not known. */
export function openFilesWarning(connections: number): string | null {
  const { userLimits } = process.report.getReport() as Report;
  const most = Number(userLimits?.open_files?.soft); // NaN: unlimited, or a system without
  if (!(most < Math.min(ENOUGH, connections + OWN))) return null;
  return `this process may open ${most} files, so about ${Math.max(0, most - OWN)} connections, and CONCLAVE_MAX_CONNECTIONS is ${connections}: raise the limit (ulimit -n, LimitNOFILE=), or lower this`;
}
