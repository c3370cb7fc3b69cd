import { describe, expect, it } from '@jest/globals';
import { targetOf, type Endpoint } from './connection-string.js';
import type { Ask, Member } from './gossip.js';
import { Connections } from './connections.js';
import { Topology } from './topology.js';

const at = (host: string, port = 2113): Endpoint => ({ host, port });
const member = (host: string, state: Member['state'], isAlive = true): Member => ({
  endpoint: at(host),
  state,
  isAlive,
});
/** Nodes that answer gossip, by address; every other one refuses the connection. */
const asking =
  (answers: Record<string, Member[] | 'silent'>, asked: string[] = []): Ask =>
  async (address) => {
    asked.push(address);
    const answer = answers[address];
    if (answer === 'silent') return new Promise(() => undefined);
    if (!answer) throw new Error(`connect ECONNREFUSED ${address}`);
    return answer;
  };
const nodes = (...hosts: string[]) => ({
  kind: 'nodes' as const,
  seeds: hosts.map((host) => at(host)),
  gossipMs: 2_000,
});

describe('who leads the cluster', () => {
  it('the first node that knows answers for all; dead and silent ones hold up nobody', async () => {
    const view = [member('a', 'OTHER', false), member('b', 'FOLLOWER'), member('c', 'LEADER')];
    const topology = new Topology(nodes('a', 'b', 'c'), asking({ 'a:2113': 'silent', 'b:2113': view }));
    expect(await topology.leader()).toEqual(at('c'));
  });

  it('nodes that refuse are asked once for all who want to know just then', async () => {
    const asked: string[] = [];
    const topology = new Topology(nodes('a', 'b', 'c'), asking({}, asked));
    for (let n = 0; n < 50; n++) {
      await expect(topology.leader()).rejects.toThrow(/ECONNREFUSED c:2113/);
      await expect(topology.any('leader')).rejects.toThrow(/ECONNREFUSED c:2113/);
    }
    expect(asked).toEqual(['a:2113', 'b:2113', 'c:2113']);
  });

  it('nodes that take longer each time than anybody waits are heard all the same', async () => {
    const begun: ((members: Member[]) => void)[] = [];
    const slow: Ask = async () => new Promise((resolve) => begun.push(resolve));
    const topology = new Topology({ ...nodes('a'), gossipMs: 10 }, slow);
    await expect(topology.leader()).rejects.toThrow('no answer within 10 ms');
    begun[0]!([member('c', 'LEADER')]);
    expect(await topology.leader()).toEqual(at('c'));
    expect(begun).toHaveLength(1);
  });

  it('a leader that is not alive is none; nobody who knows one: rejects, and says what each node said', async () => {
    const topology = new Topology(
      nodes('a', 'b'),
      asking({ 'a:2113': [member('a', 'FOLLOWER'), member('c', 'LEADER', false)] }),
    );
    await expect(topology.leader()).rejects.toThrow(
      /no node of the cluster knows of a leader \(a:2113: no leader; connect ECONNREFUSED b:2113\)/,
    );
  });

  it('a follower is any of them: one that cannot be heard is not taken for ever', async () => {
    const view = [member('a', 'LEADER'), member('b', 'FOLLOWER'), member('c', 'FOLLOWER')];
    const topology = new Topology(nodes('a'), asking({ 'a:2113': view }));
    const taken = new Set<string>();
    for (let n = 0; n < 100; n++) taken.add((await topology.any('follower')).host);
    expect([...taken].sort()).toEqual(['b', 'c']);
    for (let n = 0; n < 20; n++) expect((await topology.any('follower', at('b'))).host).toBe('c');
    for (let n = 0; n < 20; n++) expect((await topology.any('random', at('b'))).host).not.toBe('b');
    const alone = new Topology(nodes('a'), asking({ 'a:2113': [member('a', 'LEADER')] }));
    expect((await alone.any('follower', at('a'))).host).toBe('a'); // there is no other
    expect((await topology.any('leader')).host).toBe('a');
  });

  it('every address of a discovered name is asked, and later every node that was ever heard of', async () => {
    const asked: string[] = [];
    const answers: Record<string, Member[]> = {
      '10.0.0.2:2113': [member('n1', 'FOLLOWER'), member('n2', 'LEADER')],
      'n1:2113': [member('n1', 'LEADER')],
    };
    const topology = new Topology(
      { kind: 'discover', seeds: [at('cluster.example')], gossipMs: 2_000 },
      asking(answers, asked),
      async () => ['10.0.0.1', '10.0.0.2', '[::1]'],
    );
    expect(await topology.leader()).toEqual(at('n2'));
    expect(asked).toEqual(['10.0.0.1:2113', '10.0.0.2:2113', '[::1]:2113']);
    delete answers['10.0.0.2:2113']; // the name leads nowhere now
    expect(await topology.leader()).toEqual(at('n1'));
  });

  it('a name that cannot be resolved is asked as it is, so that the reason is told', async () => {
    const topology = new Topology(
      { kind: 'discover', seeds: [at('cluster.example')], gossipMs: 2_000 },
      asking({}),
      async () => {
        throw new Error('ENOTFOUND');
      },
    );
    await expect(topology.leader()).rejects.toThrow('cluster.example:2113');
  });

  it('what needs no leader takes the preferred node, then the leader, then any that follows', async () => {
    const view = [member('a', 'LEADER'), member('b', 'FOLLOWER'), member('c', 'READONLYREPLICA')];
    const topology = new Topology(nodes('a'), asking({ 'a:2113': view }));
    expect([
      await topology.any('leader'),
      await topology.any('follower'),
      await topology.any('readonlyreplica'),
    ]).toEqual([at('a'), at('b'), at('c')]);
    const headless = new Topology(
      nodes('a'),
      asking({ 'a:2113': [member('a', 'OTHER'), member('b', 'FOLLOWER')] }),
    );
    expect(await headless.any('leader')).toEqual(at('b'));
    await expect(
      new Topology(nodes('a'), asking({ 'a:2113': [member('a', 'OTHER')] })).any('leader'),
    ).rejects.toThrow('no node that can be read');
  });

  it.each([
    ['', 'leader', true],
    ['&nodePreference=leader', 'leader', true],
    ['&nodePreference=read_only_replica', 'readonlyreplica', false],
  ])(
    'a subscription moves with the leader unless another node is preferred: %s',
    (option, preference, followsLeader) => {
      const target = targetOf(`esdb://a,b?tls=false${option}`, { intervalMs: 3_000, timeoutMs: 3_000 });
      expect(target.preference).toBe(preference);
      expect(new Connections(target, new Topology(target, asking({}))).followsLeader).toBe(followsLeader);
    },
  );
});
