# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is served behind the gateway: nginx on 80 and 8081, iperf3 on 5201, and a name server with three fixed records on 53.

web_root=$run_dir/www

# start_web [NAMESPACE [NAME]]
start_web() {
  local namespace=${1:-server} name=${2:-nginx}
  local home=$run_dir/$name
  mkdir -p "$home" "$web_root"
  [ -f "$web_root/megabyte" ] || head -c 1048576 /dev/urandom >"$web_root/megabyte"
  printf 'hello from %s\n' "$namespace" >"$home/small"
  chmod -R a+rX "$web_root" "$home"
  cat >"$home/nginx.conf" <<CONF
daemon off;
user www-data;
worker_processes 1;
pid $home/nginx.pid;
error_log stderr;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path $home/body;
  proxy_temp_path $home/proxy;
  fastcgi_temp_path $home/fastcgi;
  uwsgi_temp_path $home/uwsgi;
  scgi_temp_path $home/scgi;
  server {
    listen 80;
    listen [::]:80;
    listen 8081;
    listen [::]:8081;
    root $web_root;
    location = /small { alias $home/small; }
    location = /who { default_type text/plain; return 200 "$namespace \$remote_addr\n"; }
  }
  include $home/*.site;
}
CONF
  start_process "$name" "$namespace" nginx -p "$home" -e stderr -c "$home/nginx.conf"
  wait_until 10 in_namespace "$namespace" curl -fsS -o /dev/null http://127.0.0.1/small ||
    die "nginx did not start: $(tail -n 3 "$(process_log "$name")")"
}

start_iperf() {
  start_process iperf3 server iperf3 --server --forceflush
  process_says iperf3 'Server listening' || die "iperf3 did not start: $(tail -n 3 "$(process_log iperf3)")"
}

# No upstream, no files of the host: three records, always the same.
start_dns() {
  start_process dnsmasq server dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --no-daemon \
    --user=root --pid-file= --port=53 \
    --host-record="www.sallyport.test,$server_v4,$server_v6" --txt-record='story.sallyport.test,every guard has looked'
  wait_until 10 in_namespace server dig +short +time=1 +tries=1 @127.0.0.1 www.sallyport.test A ||
    die "dnsmasq did not start: $(tail -n 3 "$(process_log dnsmasq)")"
}

start_servers() {
  start_web
  start_iperf
  start_dns
}
