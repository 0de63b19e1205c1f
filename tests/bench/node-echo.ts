import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

// The plainest comparison: a Node process that sends each message back. Prints its port, ends with its parent.
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
});
server.on('listening', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
