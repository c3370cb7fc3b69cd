import { Module, type DynamicModule } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { GroupCommandHandler, GroupRepository } from '@conclave/coordination';
import type { EventStore } from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';
import type { Config } from './config.js';
import { Engine } from './engine.js';
import { AuditController } from './http/audit.controller.js';
import { EvidenceController } from './http/evidence.controller.js';
import { OverallController } from './http/overall.controller.js';
import { TenuresController } from './http/tenures.controller.js';
import { ControlsController } from './http/controls.controller.js';
import { ConsumersController } from './http/consumers.controller.js';
import { GroupsController } from './http/groups.controller.js';
import { HeartbeatsController } from './http/heartbeats.controller.js';
import { LogController } from './http/log.controller.js';
import { HistoryController } from './http/history.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { OperationsController } from './http/operations.controller.js';
import { RunnersController } from './http/runners.controller.js';
import { StreamsController } from './http/streams.controller.js';
import { TaintsController } from './http/taints.controller.js';
import { Writes } from './http/writes.js';
import type { Logger } from './logger.js';

@Module({})
export class ServerModule {
  static with(config: Config, store: EventStore, clock: Clock, logger: Logger): DynamicModule {
    return {
      module: ServerModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        OperationsController,
        MetricsController,
        LogController,
        HeartbeatsController,
        RunnersController,
        TaintsController,
        GroupsController,
        ConsumersController,
        ControlsController,
        StreamsController,
        HistoryController,
        TenuresController,
        AuditController,
        OverallController,
        EvidenceController,
      ],
      providers: [
        { provide: Engine, inject: [CommandBus], useFactory: (bus: CommandBus) => new Engine(config, store, clock, bus, logger) },
        { provide: GroupRepository, inject: [Engine], useFactory: (engine: Engine) => engine.repository },
        { provide: Writes, inject: [CommandBus, Engine], useFactory: (bus: CommandBus, engine: Engine) => new Writes(bus, engine) },
        GroupCommandHandler,
      ],
    };
  }
}
