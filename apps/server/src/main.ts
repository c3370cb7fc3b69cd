#!/usr/bin/env node
import {
  bundledNode,
  followParent,
  followShell,
  isNewEnough,
  letAllObjectsBeginYoung,
  placeProblem,
  runOn,
  tooOld,
} from '@conclave/launch';

followParent();
followShell();
const [node, problem] = [isNewEnough() ? null : bundledNode(import.meta.url), placeProblem()];
if (problem) {
  console.error(`conclave: ${problem}`);
  process.exit(1);
} else if (node) runOn(node);
else if (isNewEnough()) {
  letAllObjectsBeginYoung();
  const { serve } = await import('./serve.js');
  await serve(process.argv.slice(2), process.env);
  // where somebody keeps compiled code, also of a process that will be killed (newer than the Node that starts this)
  if (process.env.NODE_COMPILE_CACHE) (await import('node:module')).flushCompileCache();
} else {
  console.error(`conclave: ${tooOld()}`);
  process.exit(1);
}
