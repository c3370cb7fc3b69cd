const program = (aheadMs: number): string =>
  `let ms=${aheadMs};process.on('SIGUSR2',()=>(ms=0));const now=Date.now;Date.now=()=>now()+ms`;

/** Environment of a process that starts with its wall clock so far ahead; SIGUSR2 sets it right. */
export const wrongClock = (aheadMs: number): Record<string, string> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program(aheadMs))}`,
});
