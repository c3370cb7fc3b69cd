#!/usr/bin/env node
import {
  endAsOthersDo,
  followParent,
  keepCompiled,
  keepDebuggerOut,
  letAllObjectsBeginYoung,
  nodeProblem,
} from '@conclave/launch';

const problem = nodeProblem();
if (problem !== null) {
  console.error(`conclave: ${problem}`);
  process.exit(1);
}
endAsOthersDo();
keepDebuggerOut();
followParent();
letAllObjectsBeginYoung(); // before the other: code is kept for the flags that it was compiled with
keepCompiled(import.meta.url);
await import('./conclave.js');
