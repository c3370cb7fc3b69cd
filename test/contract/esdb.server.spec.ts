import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import {
  EventStoreDBClient,
  jsonEvent,
  streamNameFilter,
  START,
  type AllStreamRecordedEvent,
  type Credentials,
  type Position,
} from '@eventstore/db-client';
import { until } from '@conclave/processes';
import { bareOf, credentialsOf, hostsOf, serversUnderTest, type ServerUnderTest } from '@conclave/testing';

// What the server does, and the double must do likewise: the same tests run on both, with the bare client
// (facts 2 to 5).

const events = (count: number) =>
  Array.from({ length: count }, (_, n) => jsonEvent({ type: 'E', data: { n } }));
const positionOf = (event: AllStreamRecordedEvent): Position => event.position;

/** A subscription to the streams with a prefix: what came, in which turn of the loop, and how it ended. */
function subscribed(client: EventStoreDBClient, prefix: string, fromPosition: Position | typeof START) {
  const seen: { event: AllStreamRecordedEvent; turn: number }[] = [];
  const state = { turn: 0, isCaughtUp: false, error: null as Error | null };
  const clock = setInterval(() => undefined, 1_000);
  const tick = (): void => {
    state.turn++;
    if (!state.error) setImmediate(tick);
  };
  setImmediate(tick);
  const source = client.subscribeToAll({ fromPosition, filter: streamNameFilter({ prefixes: [prefix] }) });
  source
    .on('data', ({ event }) => {
      if (event && !event.type.startsWith('$')) seen.push({ event, turn: state.turn });
    })
    .on('caughtUp', () => {
      state.isCaughtUp = true;
    })
    .on('error', (error: Error) => {
      state.error = error;
    });
  const stop = async (): Promise<void> => {
    clearInterval(clock);
    state.error ??= new Error('stopped');
    await source.unsubscribe().catch(() => undefined);
  };
  return { seen, state, stop };
}

describe.each(serversUnderTest())('EventStoreDB as it behaves: %s', (_, started) => {
  const run = `behaves-${randomUUID().slice(0, 8)}`;
  let server: ServerUnderTest;
  let client: EventStoreDBClient;
  let credentials: Credentials;
  const append = async (stream: string, count: number) =>
    client.appendToStream(stream, events(count), { credentials });
  const read = async (stream: string): Promise<number[]> => {
    const revisions: number[] = [];
    for await (const { event } of client.readStream(stream)) revisions.push(Number(event!.revision));
    return revisions;
  };
  beforeAll(async () => {
    server = await started();
    client = EventStoreDBClient.connectionString(server.url);
    credentials = credentialsOf(server.url);
  });
  afterAll(async () => {
    await client.dispose();
    await server.close();
  });

  it('delivers the events of one append in several turns of the loop, each whole in the end', async () => {
    const prefix = `${run}-pieces`;
    const { seen, state, stop } = subscribed(client, prefix, START);
    await until('live', () => state.isCaughtUp);
    const appends = () => Array.from({ length: seen.length / 3 }, (_, n) => seen.slice(n * 3, n * 3 + 3));
    const inPieces = () => appends().filter((parts) => parts[0]!.turn !== parts[2]!.turn).length;
    for (let n = 1; n <= 150 || (inPieces() === 0 && n < 2_000); n++) {
      // how many depends on the load: a few to a quarter
      await append(`${prefix}-${n}`, 3);
      await until('it came', () => seen.length === n * 3);
    }
    await stop();
    for (const parts of appends())
      expect(parts.map(({ event }) => Number(event.revision))).toEqual([0, 1, 2]); // contiguous in $all
    expect(inPieces()).toBeGreaterThan(0);
  });

  it('drops a live subscription when one append is larger than its buffer; resumed after the last event nothing is missing', async () => {
    const prefix = `${run}-large`;
    const all: AllStreamRecordedEvent[] = [];
    let subscription = subscribed(client, prefix, START);
    await until('live', () => subscription.state.isCaughtUp);
    const drops: Error[] = [];
    for (let n = 0; n < 3; n++) await append(prefix, 1_000);
    await until('all came, over drops', async () => {
      const { seen, state, stop } = subscription;
      if (!state.error) return all.length + seen.length === 3_000;
      drops.push(state.error);
      await stop();
      all.push(...seen.map(({ event }) => event));
      subscription = subscribed(client, prefix, all.length > 0 ? positionOf(all.at(-1)!) : START);
      return false;
    });
    await subscription.stop();
    all.push(...subscription.seen.map(({ event }) => event));
    expect(all.map(({ revision }) => Number(revision))).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
    expect(drops.length).toBeGreaterThan(0);
    for (const drop of drops) expect(drop).toMatchObject({ type: 'timeout', code: 10 });
  });

  it('does not drop it for appends of 100 events, one after the other', async () => {
    const prefix = `${run}-hundred`;
    const { seen, state, stop } = subscribed(client, prefix, START);
    await until('live', () => state.isCaughtUp);
    for (let n = 0; n < 5; n++) {
      await append(prefix, 100);
      await until('they came', () => seen.length === (n + 1) * 100);
    }
    expect(state.error).toBeNull();
    await stop();
  });

  it('knows positions that begin a record only; beyond the end there is nothing', async () => {
    const stream = `${run}-position`;
    const { position } = await append(stream, 2);
    const odd = { commit: position!.commit - 1n, prepare: position!.commit - 1n };
    const readAll = async (fromPosition: Position): Promise<number> => {
      let count = 0;
      for await (const _ of client.readAll({ fromPosition, maxCount: 5 })) count++;
      return count;
    };
    await expect(readAll(odd)).rejects.toMatchObject({ type: 'unknown' });
    const beyond = { commit: position!.commit + 1_000_000_000n, prepare: position!.commit + 1_000_000_000n };
    expect(await readAll(beyond)).toBe(0);
  });

  it('takes 0 in stream metadata for no limit, and a $tb above the head for what comes, too', async () => {
    const stream = `${run}-metadata`;
    await append(stream, 3);
    await client.setStreamMetadata(stream, { maxCount: 0, maxAge: 0 }, { credentials });
    expect(await read(stream)).toEqual([0, 1, 2]);
    await client.setStreamMetadata(stream, { maxCount: 2 }, { credentials });
    expect(await read(stream)).toEqual([1, 2]);
    await client.setStreamMetadata(stream, { truncateBefore: 5 }, { credentials });
    await append(stream, 1);
    expect(await read(stream)).toEqual([]);
    await append(stream, 2);
    expect(await read(stream)).toEqual([5]);
  });

  it('refuses an append over the size limit, whole', async () => {
    const stream = `${run}-size`;
    const big = (bytes: number) =>
      client.appendToStream(stream, jsonEvent({ type: 'E', data: { text: 'x'.repeat(bytes) } }), {
        credentials,
      });
    await expect(big(1_100_000)).rejects.toMatchObject({ type: 'maximum-append-size-exceeded' });
    expect((await big(900_000)).nextExpectedRevision).toBe(0n);
  });

  it('takes what has come of an append whose call is cancelled for all of it, now and then', async () => {
    const { secrets, metadata } = bareOf(server.url);
    const channel = new services.StreamsClient(hostsOf(server.url)[0]!, secrets);
    const event = () => {
      const proposed = new streams.AppendReq.ProposedMessage()
        .setId(new shared.UUID().setString(randomUUID()))
        .setData(Buffer.from('{}'));
      proposed.getMetadataMap().set('type', 'E').set('content-type', 'application/json');
      return new streams.AppendReq().setProposedMessage(proposed);
    };
    const cancelledBetween = async (stream: string) =>
      new Promise((resolve) => {
        const call = channel.append(metadata, resolve);
        const options = new streams.AppendReq.Options().setStreamIdentifier(
          new shared.StreamIdentifier().setStreamName(Buffer.from(stream)),
        );
        call.write(new streams.AppendReq().setOptions(options.setNoStream(new shared.Empty())));
        call.write(event());
        setTimeout(() => call.cancel(), Math.random() * 10); // a second event was to follow
      });
    let isHalf = false;
    for (let n = 0; n < 50 && !isHalf; n++) {
      const names = Array.from({ length: 30 }, (__, k) => `${run}-cancelled-${n}-${k}`);
      await Promise.all(names.map(cancelledBetween));
      await append(`${run}-beside`, 1);
      const written = await Promise.all(
        names.map(async (name) =>
          read(name).then(
            () => true,
            () => false,
          ),
        ),
      );
      isHalf = written.includes(true);
    }
    channel.close();
    expect(isHalf).toBe(true);
  });

  it('takes a repeat at an explicit revision for the first write, and writes old ids again at the head', async () => {
    const stream = `${run}-repeat`;
    const batch = events(2);
    const first = await client.appendToStream(stream, batch, { credentials, expectedRevision: 'no_stream' });
    await append(stream, 1);
    expect(
      await client.appendToStream(stream, batch, { credentials, expectedRevision: 'no_stream' }),
    ).toMatchObject(first);
    await expect(
      client.appendToStream(stream, [...batch, ...events(1)], { credentials, expectedRevision: 'no_stream' }),
    ).rejects.toMatchObject({ type: 'wrong-expected-version' });
    await client.appendToStream(stream, batch, { credentials, expectedRevision: 2n });
    expect(await read(stream)).toEqual([0, 1, 2, 3, 4]);
  });
});
