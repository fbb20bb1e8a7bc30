#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes, in the folder that is given: ca.pem and other-ca.pem; fw.pem and fw.key, signed by ca for fw.example and
# 127.0.0.1; elsewhere.pem and elsewhere.key, signed by ca for elsewhere.example.
set -euo pipefail
cd "$1"

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
    -keyout "$1.key" -out "$1.pem"
}
server() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out "$1.pem" \
    -extfile <(echo "subjectAltName=$2")
}

authority ca
authority other-ca
server fw DNS:fw.example,IP:127.0.0.1
server elsewhere DNS:elsewhere.example
