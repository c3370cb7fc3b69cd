import { approve, withdraw } from './approve.js';
import { configure } from './configure.js';
import { deletion } from './delete.js';
import { drain, pause, resume } from './pause.js';
import { seal } from './seal.js';
import { pin, unpin } from './pin.js';
import { forgive, taint, untaint } from './taint.js';
import { transfer } from './transfer.js';

export { ArchiveController } from './archive.controller.js';

/** All that operators order. */
export const OPERATOR_COMMANDS = [
  configure,
  taint,
  untaint,
  forgive,
  pin,
  unpin,
  pause,
  drain,
  resume,
  transfer,
  seal,
  deletion,
  approve,
  withdraw,
];
