#!/bin/sh
# Asks a deployed Nestor what a client would ask: scripts/smoke.sh [--insecure] URL KEY
#
#   scripts/smoke.sh https://score.example.com "$API_KEY"
#
# Redirect from http, certificate, health, both scores, refusal of strangers. Ends with the number of
# checks that failed. KEY needs the scopes faq.score and vision.score. A certificate authority of your
# own: CURL_CA_BUNDLE=ca.pem, or --insecure to trust anybody. Plain HTTP elsewhere than on port 80 of the
# same name: HTTP_URL=http://….
set -u

insecure=
if [ "${1:-}" = --insecure ]; then
  insecure=--insecure
  shift
fi
url=${1:?usage: scripts/smoke.sh [--insecure] URL KEY}
key=${2:?usage: scripts/smoke.sh [--insecure] URL KEY}
url=${url%/}
case $url in
https://*) name=${url#https://} name=${name%%[:/]*} ;;
*)
  echo "smoke: $url is no https URL" >&2
  exit 64
  ;;
esac
http_url=${HTTP_URL:-http://$name}
photo=$(dirname "$0")/../test/fixtures/photos/coffee.jpg
folder=$(mktemp -d) || exit 70
trap 'rm -rf "$folder"' EXIT
# The key stays out of the list of processes.
(umask 077 && printf 'header = "X-API-Key: %s"\n' "$key" >"$folder/key")
: >"$folder/body"
failed=0

ask() { curl --silent --show-error --max-time 30 $insecure "$@" 2>"$folder/error"; }

# check WHAT WANTED FOUND
check() {
  case $3 in
  $2) echo "ok    $1" ;;
  *)
    failed=$((failed + 1))
    echo "FAIL  $1: $3 $(cat "$folder/error")"
    ;;
  esac
}

# Controllers that miss their Secret show a certificate of their own, and browsers warn only later.
certificate() {
  ask --verbose --output /dev/null "$url/livez" >/dev/null
  sed -n -e 's/^\* *subject: *//p' -e 's/^\* *issuer: *//p' "$folder/error" | tr '\n' ' '
}

check 'http is redirected to https' "30[18] https://$name[:/]*" \
  "$(ask --output /dev/null --write-out '%{http_code} %{redirect_url}' "$http_url/livez")"
[ -n "$insecure" ] || check 'the certificate is trusted' 200 \
  "$(ask --output /dev/null --write-out '%{http_code}' "$url/livez")"
shown=$(certificate)
case $shown in
*[Ff]ake* | *Self-Signed* | *NGINXIngressController* | *'TRAEFIK DEFAULT'*)
  check "the certificate is this service's own" no "$shown" ;;
*) check "the certificate is this service's own" '*?*' "$shown" ;;
esac

status() { ask --output "$folder/body" --write-out '%{http_code}' "$@"; }
check 'it is ready' 200 "$(status "$url/readyz")"
question='{"question": "what does === do"}'
json='Content-Type: application/json'
check 'strangers are refused' 401 "$(status "$url/v1/faq/match" --header "$json" --data "$question")"
check 'a question is answered' '200 *"matches"*' \
  "$(status "$url/v1/faq/match" --config "$folder/key" --header "$json" --data "$question") $(cat "$folder/body")"
check 'a photograph is classified' '200 *"predictions"*' \
  "$(status "$url/v1/vision/classify" --config "$folder/key" --header 'Content-Type: image/jpeg' \
    --data-binary "@$photo") $(cat "$folder/body")"
exit "$failed"
