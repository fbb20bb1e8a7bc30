// SPDX-License-Identifier: Apache-2.0
// A target: WebSockets that say everything back, on 9001, and gRPC on 9002. usage: server.js NAME
'use strict';
const grpc = require('@grpc/grpc-js');
const { WebSocketServer } = require('ws');
const { talk } = require('./talk.js');

const name = process.argv[2];

const sockets = new WebSocketServer({ host: '::', port: 9001, maxPayload: 1 << 24 });
sockets.on('connection', (socket, request) => {
  socket.send(`${name} ${request.headers['x-forwarded-for']} ${request.headers['x-forwarded-proto']}`);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('close', (code) => console.log(`closed with ${code}`));
});

const server = new grpc.Server({ 'grpc.max_receive_message_length': 1 << 24 });
server.addService(talk, {
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
});
server.bindAsync('[::]:9002', grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  console.log('serving');
});
