import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Once, when the answer is over, or the connection: an answer that waits behind another one never hears that it is closed. */
export function whenOver(socket: Socket, answer: ServerResponse, act: () => void): void {
  let isOver = false; // both may be told of one end, even by listeners that were taken off meanwhile
  const over = () => {
    if (isOver) return;
    isOver = true;
    answer.off('close', over);
    socket.off('close', over);
    act();
  };
  answer.once('close', over);
  socket.once('close', over);
}
