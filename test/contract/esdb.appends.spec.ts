import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, { type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { until } from '@conclave/processes';
import {
  anEvent,
  bareOf,
  collect,
  hostsOf,
  serversUnderTest,
  startEsdbDouble,
  type ServerUnderTest,
} from '@conclave/testing';

// The ways of an append: the driver's own without credentials (facts 2.6), which people's own tools take, and
// the store's.

const events = (count: number) =>
  Array.from({ length: count }, (_, n) => jsonEvent({ type: 'E', data: { n } }));

describe.each(serversUnderTest())('appends without credentials: %s', (_, started) => {
  const run = `batch-${randomUUID().slice(0, 8)}`;
  let server: ServerUnderTest;
  let client: EventStoreDBClient;
  beforeAll(async () => {
    server = await started();
    client = EventStoreDBClient.connectionString(server.url);
  });
  afterAll(async () => {
    await client.dispose();
    await server.close();
  });

  it('are answered each with its own, whatever is in flight beside it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (__, n) => client.appendToStream(`${run}-${n}`, events((n % 3) + 1))),
    );
    expect(answers.map(({ nextExpectedRevision }) => nextExpectedRevision)).toEqual(
      Array.from({ length: 50 }, (__, n) => BigInt(n % 3)),
    );
    expect(new Set(answers.map(({ position }) => position!.commit)).size).toBe(50);
  });

  it('at a revision: a repeat is the first write, another is refused with the present one, too much is refused with the limit', async () => {
    const stream = `${run}-revision`;
    const batch = events(2);
    const first = await client.appendToStream(stream, batch, { expectedRevision: 'no_stream' });
    await client.appendToStream(stream, events(1), { expectedRevision: 1n });
    expect(await client.appendToStream(stream, batch, { expectedRevision: 'no_stream' })).toMatchObject({
      nextExpectedRevision: first.nextExpectedRevision,
    });
    await expect(client.appendToStream(stream, events(1), { expectedRevision: 1n })).rejects.toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: 2n,
    });
    const big = jsonEvent({ type: 'E', data: { text: 'x'.repeat(1_100_000) } });
    await expect(client.appendToStream(stream, big)).rejects.toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 1_048_576,
    });
  });

  it('with an id that is no uuid are refused, and 2 s later told of a timeout besides: what ends the client', async () => {
    const { secrets, metadata } = bareOf(server.url);
    const raw = new services.StreamsClient(hostsOf(server.url)[0]!, secrets);
    const call = raw.batchAppend(metadata);
    const answers: BatchAppendResp[] = [];
    call.on('data', (answer: BatchAppendResp) => answers.push(answer)).on('error', () => undefined);
    const event = new streams.BatchAppendReq.ProposedMessage().setId(new shared.UUID().setString('no-uuid'));
    event.getMetadataMap().set('type', 'E').set('content-type', 'application/json');
    const options = new streams.BatchAppendReq.Options().setStreamIdentifier(
      new shared.StreamIdentifier().setStreamName(Buffer.from(`${run}-id`)),
    );
    options.setNoStream(new shared.Empty());
    const request = new streams.BatchAppendReq()
      .setCorrelationId(new shared.UUID().setString(randomUUID()))
      .setOptions(options);
    call.write(request.setProposedMessagesList([event]).setIsFinal(true));
    await until('both answers', () => answers.length === 2);
    expect(answers.map((answer) => answer.getError()?.getDetails()?.getTypeName())).toEqual([
      'event_store.client.BadRequest',
      'event_store.client.Timeout',
    ]);
    call.cancel();
    raw.close();
  });
});

describe.each(serversUnderTest())('appends of the store: %s', (_, started) => {
  it('that are given up on the way are in the log whole or not at all', async () => {
    const server = await started();
    const prefix = `whole-${randomUUID().slice(0, 8)}-`;
    const hasty = await EsdbEventStore.open({ connectionString: server.url, prefix, callMs: 3 });
    const block = (ms: number): void => {
      for (const untilMs = performance.now() + ms; performance.now() < untilMs;);
    };
    const names = Array.from({ length: 200 }, (__, n) => `s${n}`);
    for (let n = 0; n < names.length; n += 20) {
      const appends = names
        .slice(n, n + 20)
        .map(async (name) => hasty.append(name, 0, [anEvent(), anEvent(), anEvent()]));
      for (let turn = 0; turn < 10; turn++) {
        // a process that is held up between any two turns of its loop
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        block(Math.random() * 6);
      }
      await Promise.allSettled(appends);
    }
    await hasty.close();
    const patient = await EsdbEventStore.open({ connectionString: server.url, prefix, callMs: 45_000 });
    const lengths = await Promise.all(names.map(async (name) => (await collect(patient.read(name))).length));
    await patient.close();
    await server.close();
    expect(lengths.filter((length) => length !== 0 && length !== 3)).toEqual([]);
  });
});

it('appends of the store are messages of one long call, however many are the first on it', async () => {
  const double = await startEsdbDouble();
  const store = await EsdbEventStore.open({ connectionString: double.connectionString });
  await Promise.all(Array.from({ length: 300 }, async (_, n) => store.append(`n${n}`, 0, [anEvent()])));
  await store.append('a', 0, [anEvent(), anEvent()]);
  await store.publish('b', anEvent());
  await store.expire('a', 1_000);
  expect(double.faults.calls).toMatchObject({ append: 303, batch: 1 }); // all over one call
  await store.close();
  await double.stop();
});
