import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from './api-problem.js';

export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export const invalidHeader = (name: string, message: string): never => {
  throw new ApiProblem('invalid-request', `header ${name}: ${message}`, [
    { path: `header/${name}`, message },
  ]);
};

/** Of a secret that only one process knows; itself it goes nowhere. */
export const hashOfSecret = (secret: string): string => hash('sha256', secret);

const hashed = new WeakMap<FastifyRequest, string>();
/** Of the secret that a request shows: its place in the line and its command both ask for it. */
export function shownHashOf(request: FastifyRequest, secret: string): string {
  const known = hashed.get(request) ?? hashOfSecret(secret);
  hashed.set(request, known);
  return known;
}
