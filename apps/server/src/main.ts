#!/usr/bin/env node
import {
  bundledNode,
  collectOnlyInNeed,
  endAsOthersDo,
  followParent,
  followShell,
  isNewEnough,
  keepCompiled,
  keepDebuggerOut,
  letAllObjectsBeginYoung,
  letMemoryGrow,
  placeProblem,
  runOn,
  saveCompiled,
  tooOld,
} from '@conclave/launch';

endAsOthersDo();
keepDebuggerOut();
followParent();
followShell();
process.on('SIGXFSZ', () => undefined); // `ulimit -f`: what is too large is refused by who writes it; else it ends without a word
const [node, problem] = [isNewEnough() ? null : bundledNode(import.meta.url), placeProblem()];
if (problem) {
  console.error(`conclave: ${problem}`);
  process.exit(1);
} else if (node) runOn(node);
else if (isNewEnough()) {
  letAllObjectsBeginYoung();
  collectOnlyInNeed(); // both before the next: code is kept for the flags that it was compiled with
  keepCompiled(import.meta.url);
  const { serve } = await import('./serve.js');
  await serve(process.argv.slice(2), process.env);
  saveCompiled();
  letMemoryGrow(); // not before: what is saved is for the flags of this moment, too
} else {
  console.error(`conclave: ${tooOld()}`);
  process.exit(1);
}
