/** What fields mean that stand for people. */
export const OF_PEOPLE = {
  salts: 'of each person who is named, what keeps the name from being found by trying once it is erased',
  orderReason: 'his reason for it',
  endOrderReason: 'his reason for it',
  isAll: 'only if nothing stands between upTo and the seal',
  twoPersonMs: 'how long an order waits for a second person; absent: one person decides alone',
  proposal: 'an order that waits for a second person: the id of its command',
  p: 'id of an order that waits for a second person',
} as const;
