// SPDX-License-Identifier: Apache-2.0
// A target: WebSockets that say everything back, on 9001, gRPC on 9002 with the standard health service, gRPC over TLS on
// 9003 without it, and pages by HTTP/2 with prior knowledge on 9004. SIGUSR2: lab.Talk does not serve any more, or serves again. usage: server.js NAME CERTIFICATE KEY
'use strict';
const fs = require('fs');
const http2 = require('http2');
const grpc = require('@grpc/grpc-js');
const { HealthImplementation } = require('grpc-health-check');
const { WebSocketServer } = require('ws');
const { talk } = require('./talk.js');

const [name, certificate, key] = process.argv.slice(2);

const sockets = new WebSocketServer({ host: '::', port: 9001, maxPayload: 1 << 24 });
sockets.on('connection', (socket, request) => {
  socket.send(`${name} ${request.headers['x-forwarded-for']} ${request.headers['x-forwarded-proto']}`);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('close', (code) => console.log(`closed with ${code}`));
});

const pages = http2.createServer((request, response) => {
  response.setHeader('content-type', 'text/plain');
  request.resume().on('end', () => response.end(`${name} HTTP/${request.httpVersion}\n`));
});
pages.listen(9004, '::');

const methods = {
  say: (call, done) => {
    const text = call.request.toString();
    if (text === 'nothing') return done({ code: grpc.status.NOT_FOUND, details: 'there is nothing' });
    if (text === 'wait') return undefined;
    const end = new grpc.Metadata();
    end.set('x-target', name);
    end.set('x-said', String(call.metadata.get('x-saying')[0]));
    return done(null, call.request, end);
  },
  count: (call) => {
    for (let i = 1; i <= Number(call.request.toString()); ++i) call.write(Buffer.from(String(i)));
    call.end();
  },
  chat: (call) => {
    call.on('data', (data) => call.write(Buffer.from(`${data} indeed`)));
    call.on('end', () => call.end());
  },
};
const health = new HealthImplementation({ 'lab.Talk': 'SERVING' });
let status = 'SERVING';
process.on('SIGUSR2', () => {
  status = status === 'SERVING' ? 'NOT_SERVING' : 'SERVING';
  health.setStatus('lab.Talk', status);
});

function serve(port, credentials, addMore) {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 1 << 24 });
  server.addService(talk, methods);
  addMore(server);
  return new Promise((resolve, reject) => {
    server.bindAsync(`[::]:${port}`, credentials, (error) => (error ? reject(error) : resolve()));
  });
}
const identity = [{ cert_chain: fs.readFileSync(certificate), private_key: fs.readFileSync(key) }];
Promise.all([
  serve(9002, grpc.ServerCredentials.createInsecure(), (server) => health.addToServer(server)),
  serve(9003, grpc.ServerCredentials.createSsl(null, identity), () => {}),
]).then(() => console.log('serving'));
