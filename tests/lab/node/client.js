// SPDX-License-Identifier: Apache-2.0
// What a client of WebSockets or gRPC does through a listener; a line for each thing that it saw, "FAILED ..." if it is not as it
// should be. `who`: which targets answer thirty calls of gRPC, each once. usage: client.js ws|grpc|who URL-OR-AUTHORITY [CA]
'use strict';
const fs = require('fs');
const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const { WebSocket } = require('ws');
const { talk } = require('./talk.js');

const [what, where, ca] = process.argv.slice(2);
const trust = ca && fs.readFileSync(ca);

async function ws() {
  const socket = new WebSocket(where, { ca: trust, maxPayload: 1 << 24 });
  const arrived = [];
  let tell = () => {};
  socket.on('message', (data) => { arrived.push(data); tell(); });
  const next = async () => {
    while (arrived.length === 0) await new Promise((resolve) => { tell = resolve; });
    return arrived.shift();
  };
  await new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); });
  console.log(`greeted by ${await next()}`);
  for (let i = 0; i < 100; ++i) socket.send(`message ${i}`);
  for (let i = 0; i < 100; ++i) assert.equal((await next()).toString(), `message ${i}`);
  const large = Buffer.alloc(1 << 20, 'abc');
  socket.send(large);
  assert(large.equals(await next()));
  await new Promise((resolve) => { socket.on('pong', resolve); socket.ping(); });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.close(1000, 'enough');
  assert.equal(await closed, 1000);
  console.log('101 messages came back');
}

function connect() {
  const credentials = trust ? grpc.credentials.createSsl(trust) : grpc.credentials.createInsecure();
  const Client = grpc.makeGenericClientConstructor(talk, 'Talk');
  return new Client(where, credentials, { 'grpc.max_receive_message_length': 1 << 24 });
}
const sayBy = (client) => (text, options = {}) => new Promise((resolve) => {
  const metadata = new grpc.Metadata();
  metadata.set('x-saying', 'something');
  let end;
  const call = client.say(Buffer.from(text), metadata, options, (error, answer) =>
    setImmediate(() => resolve({ error, answer, end })));
  call.on('status', (status) => { end = status.metadata; });
});

async function who() {
  const client = connect();
  const say = sayBy(client);
  const names = new Set();
  for (let i = 0; i < 30; ++i) {
    const said = await say('hello');
    assert.ifError(said.error);
    names.add(said.end.get('x-target')[0]);
  }
  console.log([...names].sort().join(' '));
  client.close();
}

async function rpc() {
  const client = connect();
  const say = sayBy(client);
  const said = await say('hello');
  assert.ifError(said.error);
  assert.equal(said.answer.toString(), 'hello');
  assert.equal(said.end.get('x-said')[0], 'something');
  console.log(`answered by ${said.end.get('x-target')[0]}`);
  const none = await say('nothing');
  assert.equal(none.error.code, grpc.status.NOT_FOUND);
  assert.equal(none.error.details, 'there is nothing');
  const late = await say('wait', { deadline: Date.now() + 300 });
  assert.equal(late.error.code, grpc.status.DEADLINE_EXCEEDED);
  const large = 'x'.repeat(3 << 20);
  assert.equal((await say(large)).answer.toString(), large);
  console.log('answers, errors, deadlines and large messages');
  let counted = 0;
  for await (const data of client.count(Buffer.from('1000'))) assert.equal(data.toString(), String(++counted));
  assert.equal(counted, 1000);
  const chat = client.chat();
  const answers = chat[Symbol.asyncIterator]();
  for (let i = 0; i < 50; ++i) { // each waits for its answer: both ways at the same time
    chat.write(Buffer.from(`word ${i}`));
    assert.equal((await answers.next()).value.toString(), `word ${i} indeed`);
  }
  chat.end();
  assert((await answers.next()).done);
  console.log('streams both ways');
  client.close();
}

({ ws, who, grpc: rpc })[what]().then(() => process.exit(0), (error) => { console.log(`FAILED ${error.stack}`); process.exit(1); });
setTimeout(() => { console.log('FAILED it takes too long'); process.exit(1); }, 50000).unref();
