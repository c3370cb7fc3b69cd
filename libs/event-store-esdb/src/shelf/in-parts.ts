/** One event: over a line of 50 kB/s it goes within the time that one call may take. */
export const PART_BYTES = 64 * 1024;

/** All of them as large as that but the last. */
export async function* inParts(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [some, size]: [Uint8Array[], number] = [[], 0];
  for await (const chunk of bytes) {
    size += some.push(chunk) && chunk.length;
    if (size < PART_BYTES) continue;
    const all = Buffer.concat(some);
    let at = 0;
    for (; all.length - at >= PART_BYTES; at += PART_BYTES) yield all.subarray(at, at + PART_BYTES);
    [some, size] = [[all.subarray(at)], all.length - at];
  }
  if (size > 0) yield Buffer.concat(some);
}
