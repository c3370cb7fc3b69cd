#!/usr/bin/env node
import { followParent, keepCompiled, letAllObjectsBeginYoung } from '@conclave/launch';

followParent();
letAllObjectsBeginYoung(); // before the other: code is kept for the flags that it was compiled with
keepCompiled(import.meta.url);
await import('./conclave.js');
