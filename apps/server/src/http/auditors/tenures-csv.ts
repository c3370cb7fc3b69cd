import { Readable } from 'node:stream';
import { stringify, type Stringifier } from 'csv-stringify';
import type { Id, Tenure } from '@conclave/election';
import { giveWay } from '@conclave/kernel';
import { TENURES_AS_CSV } from '@conclave/views';

export const CSV = 'text/csv';

interface TenuresOf {
  group: Id;
  tenures: readonly Tenure[];
}

/** One line a term, oldest first within each group; what is not known is empty. */
export const tenuresCsv = (groups: Iterable<TenuresOf> | AsyncIterable<TenuresOf>): Stringifier =>
  Readable.from(rows(groups)).pipe(stringify(TENURES_AS_CSV));

async function* rows(groups: Iterable<TenuresOf> | AsyncIterable<TenuresOf>): AsyncGenerator<object> {
  for await (const { group, tenures } of groups) {
    for (const tenure of tenures) {
      await giveWay();
      yield { group, ...tenure };
    }
  }
}
