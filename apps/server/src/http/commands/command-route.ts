import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
  type Type,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DryRunQuery, WriteReply, type ProblemCode } from '@conclave/contract';
import type { Audience, Caller, Role } from '@conclave/access';
import type { Order, Receipt } from '@conclave/coordination';
import type { ElectionCommand, GroupState } from '@conclave/election';
import type { Node } from '@conclave/node';
import { ActorHeader, Documented, RunnerHeaders } from '../edge/documented.js';
import { secretHashOf } from './order-of.js';
import { Writes } from './writes.js';

/** A validated request for a command. */
export interface Given<P, B, Q> {
  params: P;
  body: B;
  query: Q;
  /** Of the secret that the request shows. */
  secretHash: string | undefined;
}

/** A command that was carried out, and by whom. */
export interface Done {
  actor: string;
  receipt: Receipt;
  again: () => Promise<Receipt>;
}

/** One command at the edge: where it comes in, what it takes, what it becomes and what it answers. */
export interface CommandRoute<P = never, B = never, Q = never, R = unknown> {
  /** Name of the operation in OpenAPI. */
  operation: string;
  audience: Audience;
  /** Roles that may, too. */
  also?: readonly Role[];
  summary: string;
  method: 'PUT' | 'POST' | 'DELETE';
  path: string;
  params: z.ZodType<P>;
  /** Default: none is taken. */
  body?: z.ZodType<B>;
  query: z.ZodType<Q>;
  refusals: readonly ProblemCode[];
  /** Who asks; default: the operator who names himself. */
  actor?: (request: FastifyRequest, given: Given<P, B, Q>) => string;
  toCommand: (given: Given<P, B, Q>, order: Order) => ElectionCommand;
  /**
   * True if what is asked for was there: a change is answered with 200 then, else with 201. Default: it was.
   */
  existed?: (before: GroupState, given: Given<P, B, Q>) => boolean;
  /**
   * A certificate in the request, which may tell of a term that the log has lost. It is no part of the
   * command.
   */
  certificate?: (given: Given<P, B, Q>) => string | undefined;
  /** What comes before it. */
  before?: (writes: Writes, given: Given<P, B, Q>, actor: string) => Promise<void>;
  /** What it rests on that no state holds, looked up before it is decided. */
  facts?: (node: Node, given: Given<P, B, Q>) => Promise<Partial<Order>>;
  /**
   * After the command is in the log. `again`: carries it out once more, on what it has led to, unless another term began; who
   * gives that back has it told as the state that the answer is of.
   */
  then?: (node: Node, given: Given<P, B, Q>, done: Done) => void | Promise<Receipt | void>;
  /** What it answers; default: the form that all writes have. */
  reply?: {
    schema: z.ZodType<R>;
    of: (receipt: Receipt, given: Given<P, B, Q>, node: Node, caller: Caller) => R | Promise<R>;
  };
}

/** Any of them, once its types have been checked against each other. */
export type AnyCommandRoute = CommandRoute<{ g: string }, object | undefined, { dryRun?: string }>;

/** Checks that schemas, command and reply of a route belong together. */
export const commandRoute = <P extends { g: string }, B, Q, R>(
  route: CommandRoute<P, B, Q, R>,
): AnyCommandRoute => route as unknown as AnyCommandRoute;

/** What commands of operators have in common. */
export const OPERATED = { audience: 'operators', query: DryRunQuery } as const;
export const NO_QUERY = z.strictObject({});

const VERBS = { PUT: Put, POST: Post, DELETE: Delete };

/** A Nest controller with one handler for each route. */
export function controllerOf(routes: readonly AnyCommandRoute[]): Type {
  @Controller('v1/groups/:g')
  class CommandsController {
    constructor(@Inject(Writes) readonly writes: Writes) {}
  }
  for (const route of routes) addHandler(CommandsController.prototype, route);
  return CommandsController;
}

function addHandler(prototype: { writes: Writes }, route: AnyCommandRoute): void {
  const {
    operation,
    audience,
    also = [],
    summary,
    method,
    path,
    params,
    body,
    query,
    refusals,
    existed,
    reply,
  } = route;
  async function handle(
    this: { writes: Writes },
    ...[given, content, asked, request, answer]: [
      { g: string },
      object,
      { dryRun?: string },
      FastifyRequest,
      FastifyReply,
    ]
  ): Promise<unknown> {
    return this.writes.perform(
      route,
      { params: given, body: body ? content : undefined, query: asked, secretHash: secretHashOf(request) },
      request,
      answer,
    );
  }
  // Nest and its OpenAPI look decorators up by it
  Object.defineProperty(handle, 'name', { value: operation });
  Object.defineProperty(prototype, operation, { value: handle, configurable: true, writable: true });
  // from the last to the first, as decorators are applied; before those of the method, which look at them
  Res({ passthrough: true })(prototype, operation, 4);
  Req()(prototype, operation, 3);
  Query({ schema: query })(prototype, operation, 2);
  if (body) Body({ schema: body })(prototype, operation, 1);
  Param({ schema: params })(prototype, operation, 0);
  const ok = reply?.schema ?? WriteReply;
  const decorators = [
    VERBS[method](path),
    HttpCode(200),
    Documented({ audience, scope: 'group', also }, summary, existed ? { 200: ok, 201: ok } : { 200: ok }, [
      ...refusals,
      'limit-reached',
      'overloaded',
    ]),
    audience === 'runners' ? RunnerHeaders() : ActorHeader(),
  ];
  Reflect.defineMetadata('design:paramtypes', [Object, Object, Object, Object, Object], prototype, operation);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, operation)!;
  for (const decorate of decorators) decorate(prototype, operation, descriptor);
}
