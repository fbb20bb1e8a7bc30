# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The demo's https:// listener: a CA of its own, a certificate for the listener's address, and what the config needs for it:
# a reader of requests on the decrypted leg, between the gateway and the targets, included.

https_v4=192.0.2.81

# make_certificate FOLDER: ca.pem, site.pem, site.key, for two days.
make_certificate() {
  mkdir -p "$1"
  (
    cd "$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=The lab' -keyout ca.key -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=site.sallyport.test' \
      -addext "subjectAltName=DNS:site.sallyport.test,IP:$https_v4" -keyout site.key -out site.csr
    openssl x509 -req -in site.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out site.pem
  ) 2>"$1/openssl.log" || die "no certificate: $(tail -n 3 "$1/openssl.log")"
}

# start_reader: the appliance of the decrypted leg. It forbids what is internal.
start_reader() {
  printf 'default allow\ndeny tcp to any port 80 containing GET /internal/\n' >"$https_home/reader.rules"
  start_firewall reader reader-1 "$https_home/reader.rules"
}

# config_with_https CONFIG FOLDER: the config with two listeners more, for http:// (which leads to https://) and https://,
# and a chain for what the latter says to its targets.
config_with_https() {
  awk -v address="$https_v4" -v folder="$2" '
    { print }
    /^appliance_groups:/ {
      print "  readers:"
      print "    client_address: true"
      print "    appliances: [{name: reader-1, address: 198.51.100.31}]"
    }
    /^chains:/ { print "  plain: [readers]" }
    /^policy:/ { print "  - {match: {leg: decrypted, target_group: site}, chain: plain}" }
    /^target_groups:/ {
      print "  site:"
      print "    protocol: HTTP"
      print "    port: 80"
      print "    stickiness: {type: lb_cookie, duration: 1h}"
      print "    health_check: {path: /small, interval: 500ms, timeout: 400ms, healthy_threshold: 2, unhealthy_threshold: 2}"
      print "    targets: [{name: web1, address: 203.0.113.11}, {name: web2, address: 203.0.113.12}, {name: web3, address: 203.0.113.13}]"
    }
    /^listeners:/ {
      print "  - {name: site-plain, address: " address ", port: 80, protocol: HTTP,"
      print "     default_action: {redirect: {protocol: HTTPS, port: \"443\", status_code: 301}}}"
      print "  - {name: site, address: " address ", port: 443, protocol: HTTPS,"
      print "     certificates: [{certificate: " folder "/site.pem, key: " folder "/site.key}], default_action: {forward: site},"
      print "     timeouts: {target_response: 2s}}"
    }' "$1"
}

# ask_https COUNT [CURL-OPTION...]: that many requests over connections of their own, one after the other; "TARGET CLIENT" each.
ask_https() {
  local count=$1
  shift
  in_namespace client timeout 60 curl -fsS --max-time 5 --cacert "$https_home/ca.pem" --header 'Connection: close' --http1.1 "$@" \
    "https://$https_v4/who?[1-$count]"
}
