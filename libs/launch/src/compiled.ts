import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * What V8 makes of the code of a program of `dist/` is kept beside it, so that only its first start has to compile it; where
 * nobody may write there, each does. NODE_COMPILE_CACHE names another place, NODE_DISABLE_COMPILE_CACHE=1 says not to.
 * `program`: in dist/apps/<name>/src.
 */
export function keepCompiled(program: string): void {
  module.enableCompileCache?.(fileURLToPath(new URL('../../../compiled', program))); // none in Node 20
}

/** Now, and not only at an end that may be a kill -9. */
export function saveCompiled(): void {
  module.flushCompileCache?.();
}
