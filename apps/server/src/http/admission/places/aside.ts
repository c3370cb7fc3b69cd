import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Cap } from './caps.js';
import type { Place } from './place.js';

/** Long answers that go on beside those that have a place; a quarter of them for one client. */
const MOST_ASIDE = 32;

interface Answering {
  place: Place;
  client: string;
  answer: ServerResponse;
}

/** Nobody waits for a place behind a client that takes its time: whoever is slow goes on without one. */
export class Aside {
  private readonly cap = new Cap(MOST_ASIDE, MOST_ASIDE / 4);
  private readonly answering = new WeakMap<Socket, Answering>();

  /** Of several on one connection the first is what is being sent. */
  begun(socket: Socket, answering: Answering): void {
    const before = this.answering.get(socket);
    if (!before || before.place.isLeft) this.answering.set(socket, answering);
  }

  /** The client there has kept an answer waiting. */
  move(socket: Socket): void {
    const { place, client, answer } = this.answering.get(socket) ?? {};
    const giveBack = place && !place.isLeft && !answer!.closed && this.cap.take(client!);
    if (!giveBack) return;
    answer!.once('close', giveBack);
    place.moveAside();
  }
}
