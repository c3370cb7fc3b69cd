/** What fields mean that stand for people. */
export const OF_PEOPLE = {
  salts: 'of each person who is named, what keeps the name from being found by trying once it is erased',
  orderReason: 'his reason for it',
  endOrderReason: 'his reason for it',
  isAll: 'only if nothing stands between upTo and the seal',
} as const;
