import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { idOf } from '../commands/runner-id.js';
import { labelled, priorityOf } from '../commands/run-once.js';
import { durationMs, guard, reachable, withExamples } from '../terminal/options.js';
import { address, podLabel, type AgentOptions } from './options.js';
import { SERVICE_ACCOUNT } from './pod-label.js';

/** `agent`: a runner for a program that need not know of it, which tells it, and whoever sends it traffic, who leads. */
export const agent = (): Command =>
  withExamples(
    agentCommand(),
    'agent --group deploy --ready-file /run/leads',
    "agent --group deploy --on-elected './promote' --on-revoked './demote' --hook-timeout 5s",
  );

const agentCommand = (): Command =>
  reachable(
    'agent',
    'be a runner for a program beside it, and answer locally who leads: /leader, /is-leader, /term, /certificate, /healthz',
  )
    .requiredOption('--group <group>')
    .addOption(new Option('--id <runner>', 'as which').default(idOf(hostname()), 'the name of this machine'))
    .option('--label <name=value>', 'of the runner; repeat it for more', labelled)
    .option('--priority <n>', 'higher leads first, in groups with that strategy', priorityOf)
    .addOption(
      new Option('--listen <address>', 'where it answers; port 0: any free one')
        .argParser(address)
        .default(address('127.0.0.1:7610'), '127.0.0.1:7610'),
    )
    .option('--ready-file <path>', 'is there while this runner leads')
    .option(
      '--on-elected <command>',
      'run when this runner was elected; if it fails, the lead is handed back',
    )
    .option('--on-revoked <command>', 'run when it must stop; the lead is released when this has ended')
    .option(
      '--hook-timeout <duration>',
      'what on-revoked may take at most, within the lease',
      durationMs,
      10_000,
    )
    .option('--kubernetes-label <name=value>', 'of the own pod, while this runner leads', podLabel)
    .option('--kubernetes-account <dir>', 'token and ca.crt of the pod', SERVICE_ACCOUNT)
    .addHelpText(
      'after',
      '\nCommands get CONCLAVE_GROUP, CONCLAVE_RUNNER, CONCLAVE_TERM and CONCLAVE_CERTIFICATE.',
    )
    .action(
      guard(async (options: AgentOptions) => {
        if (options.label) (await import('../terminal/label-check.js')).checkLabels(options.label);
        const { runAgent } = await import('./run-agent.js'); // what it serves with is slow to load
        await runAgent(options);
      }),
    );
