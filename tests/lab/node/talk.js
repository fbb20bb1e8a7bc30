// SPDX-License-Identifier: Apache-2.0
// The service that client and target speak: bytes as they are, of all four kinds that gRPC has.
'use strict';
const same = (bytes) => bytes;
const method = (name, requestStream, responseStream) => ({
  path: `/lab.Talk/${name}`, requestStream, responseStream,
  requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same,
});
exports.talk = { say: method('Say', false, false), count: method('Count', false, true), chat: method('Chat', true, true) };
