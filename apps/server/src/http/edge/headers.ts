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
