import { GroupPath, SettingsBody } from '@conclave/contract';
import { commandRoute, OPERATED } from '../commands/command-route.js';

export const configure = commandRoute({
  ...OPERATED,
  operation: 'configureGroup',
  summary: 'Creates a group or changes its settings; keeps what it does not name',
  method: 'PUT',
  path: '',
  params: GroupPath,
  body: SettingsBody,
  refusals: [
    'settings-invalid',
    'group-deleted',
    'term-stale',
    'version-conflict',
    'idempotency-key-reused',
    'contended',
    'store-unavailable',
    'store-full',
  ],
  toCommand: ({ body: { reason: _reason, ifTerm: _ifTerm, ...settings } }) => ({
    type: 'ConfigureGroup',
    settings,
  }),
  existed: (before) => before.version > 0,
});
