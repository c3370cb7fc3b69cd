import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { KeyPath, KeysReply, RevokeKeyBody, RotatedReply, RotateKeyBody } from '@conclave/contract';
import { Node, rotateKey } from '@conclave/node';
import { callerOf, operatorOf } from '../access/callers.js';
import { ApiProblem } from '../edge/api-problem.js';
import { ActorHeader, Documented } from '../edge/documented.js';
import { inUtc } from '../edge/reads.js';

/** What was written is read back before it is shown. */
const READ_BACK_MS = 2_000;

const REFUSALS = ['key-unknown', 'key-in-use', 'store-unavailable', 'store-full'] as const;

/** Keys that servers sign with: certificates, evidence, checkpoints. */
@Controller('v1/keys')
export class KeysController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @Documented(
    { audience: 'consumers', scope: 'some' },
    'Public keys (JWKS, Ed25519) of all servers that ever ran on this store; those that were revoked apart',
    { 200: KeysReply },
  )
  keys(): KeysReply {
    const { keys, signingKey } = this.node;
    const { set, revoked } = keys;
    return {
      keys: set.keys,
      signing: signingKey.publicKey.kid,
      revoked: revoked.map(({ key, revoked: revocation }) => ({ key: { ...key }, ...revocation! })),
    };
  }

  @Post('rotate')
  @HttpCode(200)
  @ActorHeader()
  @Documented(
    { audience: 'admins', scope: 'all' },
    'This server signs with another key from now on; what the one before has signed stays good',
    { 200: RotatedReply },
    ['store-unavailable', 'store-full'],
  )
  async rotate(
    @Body({ schema: RotateKeyBody }) { reason }: RotateKeyBody,
    @Req() request: FastifyRequest,
  ): Promise<RotatedReply> {
    return rotateKey(this.node, {
      actor: operatorOf(request, null),
      auth: callerOf(request).auth,
      reason: reason ?? null,
    });
  }

  @Post(':kid/revoke')
  @HttpCode(200)
  @ActorHeader()
  @Documented(
    { audience: 'admins', scope: 'all' },
    'What a key signed, or signed from a time on, is worth nothing any more: evidence and certificates of it say so',
    { 200: KeysReply },
    [...REFUSALS],
  )
  async revoke(
    @Param({ schema: KeyPath }) { kid }: KeyPath,
    @Body({ schema: RevokeKeyBody }) { reason, since }: RevokeKeyBody,
    @Req() request: FastifyRequest,
  ): Promise<KeysReply> {
    const { keys, signingKey } = this.node;
    if (!keys.keyOf(kid)) throw new ApiProblem('key-unknown', `there is no key ${kid} in the log.`);
    if (kid === signingKey.publicKey.kid)
      throw new ApiProblem(
        'key-in-use',
        `this server signs with key ${kid}. Rotate it first, then revoke it.`,
      );
    await keys.revoke(kid, since === undefined ? null : inUtc(since), {
      actor: operatorOf(request, null),
      auth: callerOf(request).auth,
      reason,
    });
    await this.node.tail.until(() => keys.keyOf(kid)!.revoked !== null, READ_BACK_MS);
    return this.keys();
  }
}
