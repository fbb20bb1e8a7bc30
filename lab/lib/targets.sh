# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is served behind the listeners, the same in each target's namespace but for its name in the answers: nginx on 80 and,
# with a certificate of its own, 443; a name server on 53; an echo on 7000; iperf3 on 5201; PostgreSQL on 5432.

# start_target_web NAME: /small and /who name the target; /who says whom it takes for the client, too.
start_target_web() {
  local name=$1 home=$run_dir/nginx-$1
  mkdir -p "$home"
  [ -f "$home/tls.key" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name.sallyport.test" \
    -keyout "$home/tls.key" -out "$home/tls.pem" 2>/dev/null
  cat >"$home/tls.site" <<CONF
  server {
    listen 443 ssl;
    listen [::]:443 ssl;
    ssl_certificate $home/tls.pem;
    ssl_certificate_key $home/tls.key;
    location = /who { default_type text/plain; return 200 "$name \$remote_addr\n"; }
  }
CONF
  start_web "$name" "nginx-$name"
}

start_target_webs() {
  local name
  for name in "${targets[@]}"; do start_target_web "$name"; done
}

# start_target_dns NAME: who.sallyport.test is the target's name.
start_target_dns() {
  start_process "dnsmasq-$1" "$1" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --no-daemon \
    --user=root --pid-file= --port=53 --txt-record="who.sallyport.test,$1"
  wait_until 10 in_namespace "$1" dig +short +time=1 +tries=1 @127.0.0.1 who.sallyport.test TXT ||
    die "dnsmasq did not start: $(tail -n 3 "$(process_log "dnsmasq-$1")")"
}

# start_target_echo NAME: gives back what it gets, over both families.
start_target_echo() {
  start_process "echo-$1" "$1" "$lab_lib/talkers.py" serve "" 7000
  process_says "echo-$1" serving || die "the echo server did not start: $(tail -n 3 "$(process_log "echo-$1")")"
}

start_target_iperf() {
  start_process "iperf3-$1" "$1" iperf3 --server --forceflush
  process_says "iperf3-$1" 'Server listening' || die "iperf3 did not start: $(tail -n 3 "$(process_log "iperf3-$1")")"
}

postgres_bin() { printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1; }

# start_target_database NAME: a cluster of its own in the run directory; nothing of the host's is touched. Its table `who`
# has the target's name.
start_target_database() {
  local name=$1 bin
  local home=$run_dir/postgres-$name
  bin=$(postgres_bin)
  mkdir -p "$home"
  chown postgres: "$home"
  _as_postgres "$bin/initdb" --pgdata "$home/data" --auth trust --no-sync --encoding UTF8 --locale C >"$home/initdb.log" 2>&1 ||
    die "initdb failed: $(tail -n 3 "$home/initdb.log")"
  printf 'host all all %s trust\n' 0.0.0.0/0 ::/0 >>"$home/data/pg_hba.conf"
  start_process "postgres-$name" "$name" setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/postgres" -D "$home/data" \
    -c listen_addresses='*' -c unix_socket_directories= -c fsync=off -c shared_buffers=16MB
  wait_until 20 in_namespace "$name" psql -h 127.0.0.1 -U postgres -qc 'select 1' ||
    die "PostgreSQL did not start: $(tail -n 3 "$(process_log "postgres-$name")")"
  in_namespace "$name" psql -h 127.0.0.1 -U postgres -qc "create table who as select '$name' as name"
}
_as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups env --chdir=/ "$@"; }
