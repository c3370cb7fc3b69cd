import type { ElectionCommand, RecordedEvent } from '@conclave/election';

type By = 'operator' | 'runner' | 'presence' | 'deadlines';

/** Who may give which command; see docs/formats.md. */
const GIVERS: Record<ElectionCommand['type'], readonly By[]> = {
  ConfigureGroup: ['operator'],
  RegisterRunner: ['runner', 'operator'],
  ActivateRunner: ['presence'],
  ReportSilence: ['presence'],
  ReportLeaseExpired: ['presence'],
  TaintRunner: ['operator'],
  UntaintRunner: ['operator'],
  ForgiveRunner: ['operator'],
  PinLeader: ['operator'],
  UnpinLeader: ['operator'],
  TransferLeadership: ['operator'],
  PauseElections: ['operator'],
  DrainGroup: ['operator'],
  ResumeElections: ['operator'],
  ReleaseLeadership: ['runner'],
  ResignLeadership: ['runner', 'operator'],
  DeregisterRunner: ['runner', 'operator'],
  AcceptLog: ['operator'],
  SealHistory: ['operator'],
  DeleteGroup: ['operator'],
  ApproveOrder: ['operator'],
  WithdrawOrder: ['operator'],
  Reconcile: ['deadlines'],
};

/** Whom a command cannot have come from: what is recorded and who it could be; null if all is well. */
export function wrongGiver(
  { actor }: Pick<RecordedEvent['meta'], 'actor'>,
  command: ElectionCommand,
): { recorded: string; expected: string } | null {
  const allowed = giversOf(command).map((by) => nameOf(by, command));
  const isFit = allowed.some(
    (name) => name === actor || (name === OPERATOR && /^(operator|claimed):./.test(actor)),
  );
  return isFit ? null : { recorded: `${command.type} by ${actor}`, expected: allowed.join(' or ') };
}

/** A runner that leaves names its process; an operator that removes one does not. */
function giversOf(command: ElectionCommand): readonly By[] {
  if (command.type !== 'DeregisterRunner') return GIVERS[command.type];
  return [command.incarnation === null ? 'operator' : 'runner'];
}

const OPERATOR = 'operator:<name> or claimed:<name>';
function nameOf(by: By, command: ElectionCommand): string {
  if (by === 'operator') return OPERATOR;
  return by === 'runner' ? `runner:${'runner' in command ? command.runner : ''}` : `system:${by}`;
}
