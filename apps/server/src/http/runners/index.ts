import { register } from './register.js';
import { deregister, release, resign } from './release.js';

/** All that runners order about themselves; beats are no commands. */
export const RUNNER_COMMANDS = [register, release, resign, deregister];
