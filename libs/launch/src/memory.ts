import { setFlagsFromString } from 'node:v8';

/**
 * Before much is allocated. V8 notes which places in the code make objects that live long, and makes all later ones of those
 * places old from birth. While a log is read every event passes places that also make what is kept: nearly all that it
 * was read from grew old then, and each old one kept its young parts alive (a start of 10⁶ events took a third longer; docs/benchmarks.md).
 */
export function letAllObjectsBeginYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/**
 * All memory is looked through when there is not enough of it, and not, as V8 does as well, 100 s after the last time, in case
 * some could be given back: with 1,000,000 runners all beats wait for a second then.
 */
export function collectOnlyInNeed(): void {
  setFlagsFromString('--memory-reducer-gc-count=0');
}

/**
 * Once all is read: memory may grow by half until V8 looks through all of it again, where it else is a tenth of what a server
 * keeps that makes little of it anew. Near its limit it goes half of the way that is left, whatever this says. While a log is
 * read V8 lets it grow by more than half, and is right.
 */
export function letMemoryGrow(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
