import { uptime } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { GroupCommand, GroupCommandHandler, GroupRepository } from '@conclave/coordination';
import type { EventStore } from '@conclave/event-store';
import { SteadyClock } from '@conclave/kernel';
import { UnusedFiles } from './access/unused-files.js';
import { ShownCertificate } from './access/shown-certificate.js';
import { accessWarnings, type Config } from './environment/config.js';
import { Node, type NodeOptions } from '@conclave/node';
import { besideStore } from './environment/beside-store.js';
import { AuditController } from './http/auditors/audit.controller.js';
import { CheckpointsController } from './http/auditors/checkpoints.controller.js';
import { KeysController } from './http/auditors/keys.controller.js';
import { EvidenceController } from './http/auditors/evidence.controller.js';
import { ReportController } from './http/auditors/report.controller.js';
import { OverallController } from './http/auditors/overall.controller.js';
import { TenuresController } from './http/auditors/tenures.controller.js';
import { ConsumersController } from './http/consumers/consumers.controller.js';
import { IsLeaderController } from './http/consumers/is-leader.controller.js';
import { GroupsController } from './http/consumers/groups.controller.js';
import { HeartbeatsController } from './http/runners/heartbeats.controller.js';
import { WhoController } from './http/access/who.controller.js';
import { BackupController } from './http/operations/backup.controller.js';
import { LogController } from './http/operations/log.controller.js';
import { HeardController } from './http/auditors/heard.controller.js';
import { HistoryController } from './http/auditors/history.controller.js';
import { MetricsController } from './http/operations/metrics.controller.js';
import { OperationsController, WARNINGS } from './http/operations/operations.controller.js';
import { StreamsController } from './http/consumers/streams.controller.js';
import { controllerOf } from './http/commands/command-route.js';
import { ArchiveController, OPERATOR_COMMANDS } from './http/operators/index.js';
import { RUNNER_COMMANDS } from './http/runners/index.js';
import { Admission } from './http/admission/admission.js';
import { Counts } from './metrics/counts.js';
import { Metrics, MOST_SERIES } from './metrics/metrics.js';
import { observe } from './store/observed-store.js';
import { WriteMetrics } from './metrics/write-metrics.js';
import { WebhookDesk } from './webhooks/webhook-desk.js';
import { openWebhooks } from './webhooks/open-webhooks.js';
import { Webhooks } from './webhooks/webhooks.js';
import { WebhooksController } from './http/operations/webhooks.controller.js';
import { Writes } from './http/commands/writes.js';
import type { Logger } from './environment/logger.js';

/** One a process: a server that starts anew must not take over what was set meanwhile (ADR 011). */
const clock = new SteadyClock({
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  uptimeS: () => uptime(),
});

const nodeOptions = (config: Config, store: EventStore, logger: Logger, bus: CommandBus): NodeOptions => ({
  store,
  clock,
  logger,
  instance: config.instance,
  maxDrift: config.maxDrift,
  acceptLog: config.acceptLog,
  witnesses: config.witnesses,
  fileOf: (kind) => besideStore(config, kind),
  transact: async (group, command, order) => bus.execute(new GroupCommand(group, command, order)),
});

@Module({})
export class ServerModule {
  static with(config: Config, store: EventStore, logger: Logger): DynamicModule {
    const counts = new Counts();
    const writes = new WriteMetrics(counts);
    const files = new UnusedFiles();
    const observed = observe(store, writes.note);
    return {
      module: ServerModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        OperationsController,
        MetricsController,
        LogController,
        WebhooksController,
        WhoController,
        BackupController,
        HeartbeatsController,
        controllerOf([...RUNNER_COMMANDS, ...OPERATOR_COMMANDS]),
        GroupsController,
        ConsumersController,
        IsLeaderController,
        StreamsController,
        HistoryController,
        TenuresController,
        AuditController,
        OverallController,
        EvidenceController,
        HeardController,
        ReportController,
        ArchiveController,
        KeysController,
        CheckpointsController,
      ],
      providers: [
        {
          provide: Node,
          inject: [CommandBus],
          useFactory: (bus: CommandBus) => new Node(nodeOptions(config, observed, logger, bus)),
        },
        { provide: GroupRepository, inject: [Node], useFactory: (node: Node) => node.repository },
        {
          provide: Writes,
          inject: [CommandBus, Node],
          useFactory: (bus: CommandBus, node: Node) => new Writes(bus, node, config.limits),
        },
        {
          provide: Admission,
          inject: [Node],
          useFactory: (node: Node) => new Admission(node, config.limits),
        },
        { provide: Counts, useValue: counts },
        { provide: WriteMetrics, useValue: writes },
        { provide: MOST_SERIES, useValue: config.metricsGroups },
        Metrics,
        {
          provide: Webhooks,
          inject: [Node],
          useFactory: (node: Node) => openWebhooks(config, node, logger, files),
        },
        {
          provide: WebhookDesk,
          inject: [Webhooks],
          useFactory: (webhooks: Webhooks) => new WebhookDesk(webhooks),
        },
        ShownCertificate,
        { provide: UnusedFiles, useValue: files },
        {
          provide: WARNINGS,
          inject: [ShownCertificate],
          useFactory: (shown: ShownCertificate) => {
            const ofAccess = accessWarnings(config);
            return () => [...ofAccess, ...shown.warnings(Date.now()), ...files.warnings()];
          },
        },
        GroupCommandHandler,
      ],
    };
  }
}
