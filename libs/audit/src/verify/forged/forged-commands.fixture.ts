import type { RecordedEvent } from '@conclave/election';
import { append, type Corruption } from './corruption.fixture.js';

const DEAD = '00000000-0000-4000-8000-00000000dead';
type Meta = RecordedEvent['meta'];

const ofCommand = (
  type: NonNullable<Meta['command']>['type'],
  edit: (all: RecordedEvent[]) => void,
): Corruption => append((first) => first.meta.command?.type === type, edit);
const by = (actor: string) => (all: RecordedEvent[]) => all.forEach(({ meta }) => (meta.actor = actor));
/** Says in its command the other thing, too. */
interface Forged extends Record<string, unknown> {
  term: number;
  silentMs: number;
  settings: Record<string, unknown>;
}
const asked = (edit: (command: Forged) => void) => (all: RecordedEvent[]) =>
  edit(all[0]!.meta.command as unknown as Forged);
/** Who can write the whole log, and knows how it is made: ids, parts and hashes fit again afterwards. */
export const FORGED_COMMANDS: Record<string, Corruption> = {
  'a runner taints': ofCommand('TaintRunner', by('runner:a')),
  'presence pins': ofCommand('PinLeader', by('system:presence')),
  'a runner pauses': ofCommand('PauseElections', by('runner:b')),
  'an operator reports a silence': ofCommand('ReportSilence', by('operator:ana')),
  'an operator says that a lease is over': ofCommand('ReportLeaseExpired', by('operator:ana')),
  'another runner releases': ofCommand('ReleaseLeadership', by('runner:z')),
  'an operator releases': ofCommand('ReleaseLeadership', by('operator:ana')),
  'another runner resigns': ofCommand('ResignLeadership', by('runner:z')),
  'another runner registers it': ofCommand('RegisterRunner', by('runner:z')),
  'a runner forgives': ofCommand('ForgiveRunner', by('runner:a')),
  'presence changes settings': ofCommand('ConfigureGroup', by('system:presence')),
  'a runner asks for a transfer': ofCommand('TransferLeadership', by('runner:a')),
  'a runner accepts the log': ofCommand('AcceptLog', by('runner:a')),
  'deadlines lift a taint': ofCommand('UntaintRunner', by('system:deadlines')),
  'an operator wakes a runner': ofCommand('ActivateRunner', by('operator:ana')),
  'nobody does it': ofCommand('TaintRunner', by('')),
  'an operator without a name': ofCommand('TaintRunner', by('operator:')),
  'an operator is removed by a runner': append(
    (first) => first.meta.command?.type === 'DeregisterRunner' && first.meta.command.incarnation === null,
    by('runner:a'),
  ),
  'a runner is said to have left that was removed': append(
    (first) => first.meta.command?.type === 'DeregisterRunner' && first.meta.command.incarnation === null,
    (all) => {
      for (const { type, data } of all) if (type === 'RunnerDeregistered') data.by = 'runner';
    },
  ),
  'a command is left out': append(
    () => true,
    (all) => delete all[0]!.meta.command,
  ),
  'a command stands on every event': append(
    (_, all) => all.length > 1,
    (all) => (all[1]!.meta.command = all[0]!.meta.command),
  ),
  'a command is another': append(
    () => true,
    (all) => (all[0]!.meta.command = { type: 'ResumeElections' }),
  ),
  'a taint was asked for another runner': ofCommand(
    'TaintRunner',
    asked((c) => (c.runner = c.runner === 'a' ? 'b' : 'a')),
  ),
  'a taint was asked with another key': ofCommand(
    'TaintRunner',
    asked((c) => (c.key = 'other')),
  ),
  'a taint was asked with another effect': ofCommand(
    'TaintRunner',
    asked((c) => (c.effect = c.effect === 'NoLead' ? 'NoElect' : 'NoLead')),
  ),
  'a taint was asked for longer': ofCommand(
    'TaintRunner',
    asked((c) => (c.ttlMs = 7_777_777)),
  ),
  'a pin was asked for in another mode': ofCommand(
    'PinLeader',
    asked((c) => (c.mode = c.mode === 'strict' ? 'prefer' : 'strict')),
  ),
  'a pause was asked for longer': ofCommand(
    'PauseElections',
    asked((c) => (c.ttlMs = 7_777_777)),
  ),
  'a transfer was asked to another': ofCommand(
    'TransferLeadership',
    asked((c) => (c.transfer = DEAD)),
  ),
  'a release was asked of another term': ofCommand(
    'ReleaseLeadership',
    asked((c) => (c.term += 1)),
  ),
  'a silence was reported of another process': ofCommand(
    'ReportSilence',
    asked((c) => (c.incarnation = DEAD)),
  ),
  'a silence was reported longer': ofCommand(
    'ReportSilence',
    asked((c) => (c.silentMs += 1)),
  ),
  'a registration was asked with another priority': ofCommand(
    'RegisterRunner',
    asked((c) => (c.priority = 99)),
  ),
  'a registration was asked of another process': ofCommand(
    'RegisterRunner',
    asked((c) => (c.incarnation = DEAD)),
  ),
  'a release shows another secret than its process has': ofCommand(
    'ReleaseLeadership',
    asked((c) => (c.secretHash = '0'.repeat(64))),
  ),
  'a process got a secret that nobody sent': ofCommand(
    'RegisterRunner',
    asked((c) => (c.secretHash = '0'.repeat(64))),
  ),
  'settings were asked otherwise': ofCommand(
    'ConfigureGroup',
    asked((c) => (c.settings.drainMs = 77_777)),
  ),
  'a cooldown was asked otherwise': ofCommand(
    'ResignLeadership',
    asked((c) => (c.cooldownMs = 77_777)),
  ),
};
