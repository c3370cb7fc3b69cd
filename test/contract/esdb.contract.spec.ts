import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { startEsdbDouble, storeContract, type EsdbDouble } from '@conclave/testing';

const IMAGE = 'eventstore/eventstore:23.10.0-bookworm-slim';
const ESDB_URL = process.env.ESDB_URL || undefined;
const hasDocker =
  ESDB_URL === undefined &&
  (await getContainerRuntimeClient().then(
    () => true,
    () => false,
  ));
const prefix = `contract-${randomUUID().slice(0, 8)}-`;

for (const ownPrefix of ['conclave.', 'here-']) {
  describe('on the double', () => {
    let double: EsdbDouble;
    beforeAll(async () => {
      double = await startEsdbDouble();
    });
    afterAll(async () => {
      await double.stop();
    });
    storeContract(`EventStoreDB double, prefix ${ownPrefix}`, () =>
      EsdbEventStore.open({ connectionString: double.connectionString, prefix: ownPrefix }),
    );
  });
}

if (ESDB_URL !== undefined) {
  storeContract('EventStoreDB at ESDB_URL', () =>
    EsdbEventStore.open({ connectionString: ESDB_URL, prefix }),
  );
} else if (hasDocker) {
  describe(`on a container of ${IMAGE}`, () => {
    let container: StartedTestContainer;
    beforeAll(async () => {
      container = await startedContainer();
    }, 300_000);
    afterAll(async () => {
      await container.stop();
    });
    storeContract('EventStoreDB', () =>
      EsdbEventStore.open({
        connectionString: `esdb://${container.getHost()}:${container.getMappedPort(2113)}?tls=false`,
        prefix,
      }),
    );
  });
} else {
  // oxlint-disable-next-line jest/no-disabled-tests -- says in the report which lane did not run, and why
  describe.skip('event store contract on a real EventStoreDB: skipped, there is neither ESDB_URL nor Docker here', () => {
    it('runs wherever one of them is', () => {
      expect(ESDB_URL).toBeDefined();
    });
  });
}

async function startedContainer(): Promise<StartedTestContainer> {
  return new GenericContainer(IMAGE)
    .withEnvironment({
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_CLUSTER_SIZE: '1',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
      EVENTSTORE_NODE_PORT: '2113',
      EVENTSTORE_MEM_DB: 'true',
      EVENTSTORE_TELEMETRY_OPTOUT: 'true',
    })
    .withExposedPorts(2113)
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
    .withStartupTimeout(240_000)
    .start();
}
