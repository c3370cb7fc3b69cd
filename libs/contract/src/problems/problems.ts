import { z } from 'zod';
import { OF_ASKING } from './of-asking.js';
import { OF_NOW } from './of-now.js';
import type { ProblemSpec } from './spec.js';

const TABLE = { ...OF_ASKING, ...OF_NOW } satisfies Record<string, ProblemSpec>;

export type ProblemCode = keyof typeof TABLE;
export const ProblemCode = z.enum(Object.keys(TABLE) as [ProblemCode, ...ProblemCode[]]);
/**
 * Every error that the API can answer: the only place where a code meets a status. A code without a row does
 * not compile.
 */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemSpec>> = TABLE;
