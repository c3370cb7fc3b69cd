import { printable } from '@conclave/kernel';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** HTML of an element; what it holds of anybody's text can neither be markup nor turn or hide what is around it. */
export const rendered = (node: VNode): string => `${printable(renderToString(node))}\n`;
