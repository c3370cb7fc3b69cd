import type { FastifyInstance } from 'fastify';

const routes: WeakMap<FastifyInstance, { method: string; pattern: RegExp }[]> = new WeakMap();

/**
 * Notes every route that is added from now on, for {@link allowedMethods}: the router itself only says "not
 * found".
 */
export function noteRoutes(fastify: FastifyInstance): void {
  const noted: { method: string; pattern: RegExp }[] = [];
  routes.set(fastify, noted);
  fastify.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(
      `^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}$`,
    );
    for (const name of [method].flat()) noted.push({ method: name, pattern });
  });
}

/** The path of a request target as the router reads it: targets may name scheme and host, too, and encode letters. */
export function pathOf(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]!;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Methods that the path has, in order; none if no route has the path. */
export function allowedMethods(fastify: FastifyInstance, path: string): string[] {
  const methods = (routes.get(fastify) ?? [])
    .filter(({ pattern }) => pattern.test(path))
    .map(({ method }) => method);
  return [...new Set(methods)].sort();
}
