// What the machine itself takes to tell many: the same text to each socket, by nothing but Node; a process of its own.
import { createServer } from 'node:net';

const sockets = new Set();
const textOf = (term, length) => `event: leader\ndata: {"term":${term}`.padEnd(length - 3) + '}\n\n';
const server = createServer((socket) => {
  socket.once('data', () => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${textOf(1, 100)}`);
    sockets.add(socket);
  });
  socket.on('error', () => sockets.delete(socket));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  process.send({ port: server.address().port }),
);
process.on('message', ({ term, length }) => {
  const text = textOf(term, length);
  for (const socket of sockets) socket.write(text);
});
