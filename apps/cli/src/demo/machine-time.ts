/** ms by the clock that all processes of this machine have in common, so that one can say when something happened in another. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;
