#!/bin/bash
# proxy.sh DIR PORT GATEWAY_PORT: haproxy in front of the gateway, called by start.sh; fault.sh sets what it does to which operation.
# The Host header passes unchanged, so signatures made for the proxy's address stay valid.
set -u
PATH=$PATH:/usr/sbin:/sbin
dir=$1
. "$(dirname "$0")/processes.sh"

for operation in list delete remove put get head post; do echo "$operation none"; done >"$dir/fault.map"
cat >"$dir/haproxy.cfg" <<CONF
global
  stats socket $(cat "$dir/run")/haproxy.sock mode 600 level admin
  maxconn 1000
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout tarpit 600s
  retries 0
frontend s3
  bind 127.0.0.1:$2
  option http-buffer-request
  http-request set-var(txn.operation) str(get)
  http-request set-var(txn.operation) str(list)   if { method GET } { url_param(list-type) -m found }
  http-request set-var(txn.operation) str(head)   if { method HEAD }
  http-request set-var(txn.operation) str(put)    if { method PUT }
  http-request set-var(txn.operation) str(remove) if { method DELETE }
  http-request set-var(txn.operation) str(post)   if { method POST }
  http-request set-var(txn.operation) str(delete) if { method POST } { query -m reg (^|&)delete(=|&|\$) }
  http-request set-var(txn.fault) var(txn.operation),map_str($dir/fault.map,none)
  # These pass by themselves: the map says none again before this request is answered.
  http-request set-map($dir/fault.map) %[var(txn.operation)] none if { var(txn.fault) -m end -- -once }
  http-request return status 503 content-type application/xml string "<Error><Code>SlowDown</Code></Error>" if { var(txn.fault) -m str 503-once }
  http-request reject if { var(txn.fault) -m str reset-once }
  http-request return status 503 content-type application/xml hdr Retry-After 1 string "<Error><Code>SlowDown</Code><Message>injected</Message></Error>" if { var(txn.fault) -m str 503 }
  http-request return status 503 content-type application/xml string "<Error><Code>SlowDown</Code></Error>" if { var(txn.fault) -m str flaky } { rand(2) eq 0 }
  http-request return status 400 content-type application/xml string "<Error><Code>ExpiredToken</Code></Error>" if { var(txn.fault) -m str expired expired-once }
  http-request return status 500 content-type application/xml string "<Error><Code>InternalError</Code></Error>" if { var(txn.fault) -m str 500 }
  http-request return status 403 content-type application/xml string "<Error><Code>AccessDenied</Code></Error>" if { var(txn.fault) -m str 403 }
  http-request return status 200 content-type text/html string "<html><body>Please log in.</body></html>" if { var(txn.fault) -m str html }
  http-request tarpit deny_status 503 if { var(txn.fault) -m str hang }
  http-request reject if { var(txn.fault) -m str reset }
  http-response return status 500 content-type application/xml string "<Error><Code>InternalError</Code></Error>" if { var(txn.fault) -m str lost-reply lost-reply-once }
  http-response silent-drop if { var(txn.fault) -m str cut-reply }
  default_backend gateway
backend gateway
  server gateway 127.0.0.1:$3
CONF
haproxy -c -q -f "$dir/haproxy.cfg" || exit 1
start proxy haproxy -db -q -f "$dir/haproxy.cfg"
for tries in $(seq 1200); do
  (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && exit 0
  sleep 0.05
done
cat "$dir/log/proxy.out" >&2
exit 1
