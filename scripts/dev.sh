#!/bin/sh
# npm's scripts: sees to the installation first (scripts/prepare.sh), then runs a tool on the right Node.
#
#   sh scripts/dev.sh install|test|test:all|fuzz|soak|bench|build|check|format [ARGUMENTS]
set -u
root=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
verb=${1:-}
[ $# -gt 0 ] && shift

# What could point a test at somebody's production.
for name in $(env | sed -nE 's/^(PG[A-Z]+|BOTOP_[A-Za-z0-9_]*)=.*/\1/p'); do unset "$name"; done
unset PM2_HOME DATABASE_URL REDIS_URL SECRET_KEY PUBLIC_KEY NODE_ENV

. "$root/scripts/prepare.sh"
cd "$root" || exit 1

# $1 and $2: as `prepare` has them.
ready() {
  prepare "$1" "${2:-none}" || exit $?
  PATH=$(dirname -- "$node"):$root/node_modules/.bin:$PATH
  export PATH
}

case $verb in
install)
  # All that checks and tests need, the PostgreSQL with it.
  ready install required
  ;;
test)
  # Without network a person's tests go on without PostgreSQL; where nobody looks, a missing half must not pass.
  case ${CI:-false} in
  false | 0) ready build wanted ;;
  *) ready build required ;;
  esac
  exec vitest run "$@"
  ;;
test:all)
  ready build required
  BOTOP_TEST_PM2=$("$node" scripts/other-versions.mjs pm2) || exit $?
  BOTOP_TEST_POSTGRES=$("$node" scripts/other-versions.mjs postgres) || exit $?
  BOTOP_TEST_NODE=$("$node" scripts/other-versions.mjs node) || exit $?
  export BOTOP_TEST_PM2 BOTOP_TEST_POSTGRES BOTOP_TEST_NODE
  exec vitest run "$@"
  ;;
fuzz)
  ready build
  # `npm run fuzz -- 300 pm2`: so many seconds for each property, a minute where nothing is said, of that file alone.
  seconds=60 file=
  case ${1:-} in '' | *[!0-9]*) ;; *) seconds=$1 && shift ;; esac
  case ${1:-} in '' | -*) ;; *) file=$1 && shift ;; esac
  BOTOP_FUZZ_SECONDS=$seconds exec vitest run "test/fuzz/$file" --disable-console-intercept "$@"
  ;;
soak)
  ready build wanted
  exec "$node" --experimental-strip-types --disable-warning=ExperimentalWarning bench/soak.ts "$@"
  ;;
bench)
  # Without its own PostgreSQL the rows about it are left out, with the reason.
  ready build wanted
  exec "$node" --experimental-strip-types --disable-warning=ExperimentalWarning bench/run.ts "$@"
  ;;
build)
  # A package to publish must not hold the chunks of earlier builds, which are kept for monitors that still run.
  if [ "${1:-}" = --clean ]; then rm -rf dist; fi
  ready rebuild
  ;;
check)
  ready install
  exec "$node" scripts/check.mjs "$@"
  ;;
format)
  ready install
  exec biome check --write --linter-enabled=false .
  ;;
*)
  echo 'usage: sh scripts/dev.sh install|test|test:all|fuzz|soak|bench|build|check|format [ARGUMENTS]' >&2
  exit 64
  ;;
esac
