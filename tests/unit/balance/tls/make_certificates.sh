#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes, in the folder that is given, by OpenSSL's command line: a CA with certificates of servers and clients (NAME.pem
# with its chain, NAME.key), its revocation lists and OCSP responses, and another CA.
set -euo pipefail
cd "$1"
umask 077

cat > ca.cnf <<'CNF'
[ca]
default_ca = here
[here]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
default_days = 2
default_crl_days = 2
policy = names
copy_extensions = copy
unique_subject = no
[names]
countryName = optional
organizationName = optional
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[end]
basicConstraints = CA:FALSE
authorityKeyIdentifier = keyid
CNF
touch index.txt
echo 03A5B1 > serial
echo 01 > crlnumber

ec=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
rsa=(-newkey rsa:2048 -nodes)

# authority NAME: signs itself
authority() {
  openssl req -x509 "${ec[@]}" -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem"
}
# sign ISSUER EXTENSIONS NAME [more for openssl ca]
sign() {
  local issuer=$1 extensions=$2 name=$3
  shift 3
  openssl ca -batch -notext -config ca.cnf -cert "$issuer.pem" -keyfile "$issuer.key" -extensions "$extensions" \
    -in "$name.csr" -out "$name.pem" "$@"
}
# server NAME SUBJECT ALTERNATIVE_NAMES KIND_OF_KEY...
server() {
  local name=$1 subject=$2 names=$3
  shift 3
  local more=()
  if [ -n "$names" ]; then more=(-addext "subjectAltName=$names"); fi
  openssl req "$@" -subj "$subject" "${more[@]}" -keyout "$name.key" -out "$name.csr"
  sign ca end "$name"
}
# client NAME ISSUER [more for openssl ca]
client() {
  local name=$1 issuer=$2
  shift 2
  openssl req "${ec[@]}" -subj "/C=US/O=Company LLC/CN=$name" -keyout "$name.key" -out "$name.csr"
  sign "$issuer" end "$name" "$@"
}

authority ca
authority other-ca

server www-ec /CN=www-ec DNS:www.example,DNS:example "${ec[@]}"
server www-rsa /CN=www-rsa DNS:www.example,DNS:example "${rsa[@]}"
server wild /CN=wild 'DNS:*.wild.example' "${ec[@]}"
server exact /CN=exact DNS:one.wild.example "${ec[@]}"
server common-name /CN=Common.example '' "${ec[@]}"
server address /CN=address.example IP:127.0.0.1,IP:2001:db8::1 "${ec[@]}"
openssl req "${ec[@]}" -subj /CN=old -addext subjectAltName=DNS:old.example -keyout old.key -out old.csr
sign ca end old -startdate 20200101000000Z -enddate 20210101000000Z
openssl ec -in www-ec.key -aes128 -passout pass:secret -out encrypted.key

client good ca
client revoked ca
client expired ca -startdate 20230921015017Z -enddate 20240920015017Z
client future ca -startdate 20900101000000Z -enddate 20910101000000Z
client stranger other-ca
openssl req "${ec[@]}" -subj /CN=for-servers -addext extendedKeyUsage=serverAuth -keyout for-servers.key -out for-servers.csr
sign ca end for-servers

# A client behind five intermediate CAs; each file has its chain.
issuer=ca
for i in 1 2 3 4 5; do
  openssl req "${ec[@]}" -subj "/CN=ca$i" -keyout "ca$i.key" -out "ca$i.csr"
  sign "$issuer" authority "ca$i"
  client "depth$i" "ca$i"
  for ((j = i; j > 0; --j)); do cat "ca$j.pem"; done >> "depth$i.pem"
  issuer=ca$i
done

openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -revoke revoked.pem
openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -out crl.pem
openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -crl_lastupdate 20230101000000Z \
  -crl_nextupdate 20230201000000Z -out old-crl.pem

# response NAME OUT [more]
response() {
  local name=$1 out=$2
  shift 2
  openssl ocsp -index index.txt -CA ca.pem -issuer ca.pem -rsigner ca.pem -rkey ca.key -cert "$name.pem" -noverify \
    -respout "$out" "$@"
}
response www-ec www-ec.ocsp -ndays 2
response www-rsa www-rsa.ocsp -ndays 2
response revoked revoked.ocsp -ndays 2
# One out of date is not to be had from openssl: nextUpdate, the last GeneralizedTime, is set back.
python3 - <<'PYTHON'
import re
response = open("www-ec.ocsp", "rb").read()
last = list(re.finditer(rb"\x18\x0f\d{14}Z", response))[-1]
open("www-ec-old.ocsp", "wb").write(response[:last.start()] + b"\x18\x0f20200101000000Z" + response[last.end():])
PYTHON
