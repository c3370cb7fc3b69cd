/** What fields mean that stand for people. */
export const OF_PEOPLE = {
  salts: 'of each person who is named, what keeps the name from being found by trying once it is erased',
  orderReason: 'his reason for it',
  endOrderReason: 'his reason for it',
  isAll: 'only if nothing stands between upTo and the seal',
  twoPersonMs: 'how long an order waits for a second person; absent: one person decides alone',
  proposal: 'an order that waits for a second person: the id of its command',
  audit: 'read history, explanations, proofs',
  operate: 'order: taints, pins, transfers, settings and the like',
  administer: 'what cannot be undone, and signing keys',
  proved: 'false: authentication is off, names are claims',
  grants: 'the roles of the credential, and for which groups and runners',
  find: 'words, each of which stands in the name of the group, a runner, a label, a taint, or who ordered what still holds',
  without: 'orders of people that are left out, each by a version that it recorded',
  alive: 'runners that are taken to have been heard at all times',
  p: 'id of an order that waits for a second person',
} as const;
