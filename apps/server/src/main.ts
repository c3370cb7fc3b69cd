#!/usr/bin/env node
import { bundledNode, followParent, isNewEnough, runOn, tooOld } from '@conclave/launch';

followParent();
const node = isNewEnough() ? null : bundledNode(import.meta.url);
if (node) runOn(node);
else if (isNewEnough()) {
  const { serve } = await import('./serve.js');
  await serve(process.argv.slice(2), process.env);
} else {
  console.error(`conclave: ${tooOld()}`);
  process.exit(1);
}
