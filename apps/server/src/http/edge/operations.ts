/**
 * Names of operations in OpenAPI, by controller and method; a command's route has its own. Clients that are
 * generated from it have them as functions.
 */
export const OPERATIONS: Readonly<Record<string, string>> = {
  'OperationsController.health': 'getHealth',
  'OperationsController.ready': 'getReadiness',
  'OperationsController.clocks': 'getClocks',
  'OperationsController.attempts': 'listAttempts',
  'WhoController.who': 'getCaller',
  'MetricsController.read': 'getMetrics',
  'MetricsController.figures': 'getFigures',
  'BackupController.backup': 'getBackup',
  'WebhooksController.webhooks': 'listWebhooks',
  'WebhooksController.dead': 'listDeadNotices',
  'WebhooksController.test': 'testWebhook',
  'WebhooksController.redeliver': 'redeliverNotice',
  'LogController.log': 'getLog',
  'LogController.accept': 'acceptLog',
  'LogController.evidence': 'showCertificate',
  'HeartbeatsController.beat': 'beat',
  'HeartbeatsController.beats': 'beatMany',
  'GroupsController.list': 'listGroups',
  'GroupsController.read': 'getGroup',
  'GroupsController.runners': 'listRunners',
  'ConsumersController.leader': 'getLeader',
  'IsLeaderController.isLeader': 'checkLeads',
  'IsLeaderController.askOptions': 'askLeads',
  'ConsumersController.fence': 'checkFence',
  'StreamsController.session': 'openSession',
  'StreamsController.watchGroup': 'watchGroup',
  'StreamsController.watchAll': 'watchAllGroups',
  'HistoryController.history': 'getHistory',
  'TenuresController.tenures': 'getTenures',
  'AuditController.at': 'getGroupAsOf',
  'AuditController.elections': 'listElections',
  'AuditController.election': 'explainElection',
  'AuditController.explain': 'explainNow',
  'AuditController.verify': 'verifyGroup',
  'AuditController.whatIf': 'askWhatIf',
  'OverallController.at': 'getLeadersAsOf',
  'OverallController.verify': 'verifyAllGroups',
  'OverallController.tenures': 'getAllTenures',
  'CheckpointsController.head': 'getHead',
  'CheckpointsController.proof': 'getProof',
  'KeysController.keys': 'getKeys',
  'KeysController.rotate': 'rotateKey',
  'KeysController.revoke': 'revokeKey',
  'EvidenceController.evidence': 'getEvidence',
  'HeardController.heard': 'getHeardRecords',
  'ReportController.report': 'getReport',
  'ArchiveController.archive': 'getArchive',
};

const SSE = 'text/event-stream';
const NDJSON = 'application/x-ndjson';
const CSV = 'text/csv';
/** Media types that an operation answers beside JSON, or instead of it. */
export const STREAMED: Readonly<Record<string, string[]>> = {
  openSession: [SSE],
  watchGroup: [SSE],
  watchAllGroups: [SSE],
  getHistory: [NDJSON],
  verifyAllGroups: [NDJSON],
  getEvidence: [NDJSON],
  getReport: ['text/html'],
  getBackup: [NDJSON],
  getArchive: [NDJSON],
  getTenures: [CSV],
  getAllTenures: [CSV],
  getMetrics: ['text/plain'],
};

/** Reads that answer an ETag; commands do, too. */
export const TAGGED: ReadonlySet<string> = new Set(['getGroup', 'listRunners', 'getLeader', 'getHistory']);

/** What an operator needs to look at a log that is not the one that was known, and to accept it. */
export const OF_THE_LOG = /^\/v1\/(log|keys)(\/|$)/;
