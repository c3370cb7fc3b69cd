/** What fields mean of webhooks. */
export const OF_WEBHOOKS = {
  webhooks: 'where notices go, in the order of the file',
  giveUpAfterMs: 'ms after the first try in vain when a notice is given up',
  waitingGroups: 'groups of which something waits; of another server as it last recorded',
  dead: 'notices that were given up, the newest first',
  delivered: 'the receiver took it (2xx)',
  name: 'name of the webhook',
} as const;
