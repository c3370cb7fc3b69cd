#!/usr/bin/env node
import {
  endAsOthersDo,
  followParent,
  keepCompiled,
  keepDebuggerOut,
  letAllObjectsBeginYoung,
} from '@conclave/launch';

endAsOthersDo();
keepDebuggerOut();
followParent();
letAllObjectsBeginYoung(); // before the other: code is kept for the flags that it was compiled with
keepCompiled(import.meta.url);
await import('./conclave.js');
