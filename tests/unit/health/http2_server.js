// SPDX-License-Identifier: Apache-2.0
// A server of HTTP/2 by node's own implementation, on a port of the kernel's choice. Prints `port N` when it listens, then
// a line for each request: its fields, and its content in hexadecimal, as JSON. Ends with its standard input.
//
// usage: http2_server.js MODE [ARGUMENT [CERTIFICATE KEY]]
'use strict';
const fs = require('fs');
const http2 = require('http2');

const [mode, argument, certificate, key] = process.argv.slice(2);
const grpc = { ':status': 200, 'content-type': 'application/grpc' };

/** With trailers after `content`, and with the code of gRPC in them. */
function withTrailers(stream, content, code) {
  stream.respond(grpc, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': code }));
  stream.end(content);
}

const modes = {
  'status': (stream) => stream.respond({ ':status': Number(argument) }, { endStream: true }),
  // A body that never ends: only its beginning is sent.
  'endless-body': (stream) => { stream.respond({ ':status': Number(argument) }); stream.write('x'.repeat(1000)); },
  'interim': (stream) => {
    stream.additionalHeaders({ ':status': 103, 'link': '</a>' });
    stream.respond({ ':status': Number(argument) }, { endStream: true });
  },
  'endless-interim': (stream) => {
    for (let i = 0; i < 20; ++i) stream.additionalHeaders({ ':status': 103 });
  },
  'big-head': (stream) => stream.respond({ ':status': 200, 'x-big': 'x'.repeat(Number(argument)) }, { endStream: true }),
  'reset': (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
  'go-away': (stream) => stream.session.destroy(),
  'silence': () => {},
  'grpc-only-head': (stream) => stream.respond({ ...grpc, 'grpc-status': argument }, { endStream: true }),
  'grpc-trailers': (stream) => withTrailers(stream, '', argument),
  'grpc-message': (stream) => withTrailers(stream, Buffer.from(argument, 'hex'), '0'),
  // More than a check keeps, then more than it takes.
  'grpc-bytes': (stream) => withTrailers(stream, Buffer.alloc(Number(argument)), '0'),
  'grpc-no-code': (stream) => { stream.respond(grpc); stream.end('hello'); },
};

function onStream(stream, fields) {
  const pieces = [];
  stream.on('error', () => {}); // the client had enough
  stream.on('data', (piece) => pieces.push(piece));
  stream.on('end', () => {
    console.log(JSON.stringify({ ...fields, content: Buffer.concat(pieces).toString('hex') }));
    modes[mode](stream);
  });
}

const server = certificate
  ? http2.createSecureServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) })
  : http2.createServer();
server.on('stream', onStream);
server.on('session', (session) => {
  session.on('error', () => {});
  session.on('goaway', (code) => console.log(`goaway ${code}`));
});
server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
