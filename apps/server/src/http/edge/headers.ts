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
