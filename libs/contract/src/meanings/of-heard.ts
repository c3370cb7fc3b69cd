/** What fields mean of the records that a silence rests on. */
export const OF_HEARD = {
  heard: 'records of the presence log that the report rests on',
  sha256: 'digest of those records',
  names: 'what numbers in them mean a beat of this process',
  i: 'the process that wrote them',
  g: 'its generation of numbers',
  overAt: 'when it is over if its leader is not heard again; null: this server hears nothing',
  overBy: 'when it is over at the latest, of a leader that was told to stop; null: it was not',
  number: 'what it says in place of the name',
} as const;
