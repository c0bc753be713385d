# Sourced by bin/botop and scripts/dev.sh with $root set. `prepare` leaves the Node to run on in $node.
#
# The warm path starts no Node: a stamp holds what was installed and for whom. Only where the stamp, or the build's
# time, differs does scripts/setup.mjs run, and it writes the stamp last, so that an interrupted install heals.

# What the installation depends on: the lock files, the machine's Node (place, inode, size) and the architecture.
# Not its time: `ls` prints that differently once the file is six months old.
install_key() {
  key_place=$1
  set -- $(cd "$root" && cksum services/package-lock.json package-lock.json runtime/package-lock.json && uname -sm &&
    LC_ALL=C ls -Ldin "$key_place")
  # cksum three times (sum, size, name), system, machine, then inode, mode, links, uid, gid, size.
  services_key="$1 $2 ${10} ${11}"
  shift 3
  node_size=${14:-0}
  packages_key="$1 $2 $4 $5 $7 $8"
  key="$packages_key $9 $node_size $key_place"
}

is_built() {
  [ -f "$root/dist/botop.js" ] && [ -f "$root/.cache/built" ] &&
    [ -z "$(cd "$root" && find src scripts/build.mjs package-lock.json -newer .cache/built 2>/dev/null | head -n 1)" ]
}

# Whether the stamp of services/ is about this lock file, and the program that it names (none where there is none for
# this system) is there.
has_services() {
  stamp_services='' program=''
  [ -f "$root/.cache/services" ] || return 1
  { IFS= read -r stamp_services && IFS= read -r program; } <"$root/.cache/services" || return 1
  [ "$stamp_services" = "$services_key" ] && { [ -z "$program" ] || [ -x "$root/$program" ]; }
}

# $1: `build`; `install` leaves the build alone, `rebuild` builds even when nothing changed.
# $2: whether services/ is installed too, the PostgreSQL of the demo and the tests: `none`, `wanted` (where it cannot
# be, everything goes on and the reason is kept) or `required`.
prepare() {
  system_node=$(command -v node) || {
    echo 'botop needs Node and npm to install itself, and no node is on the PATH: install Node 22 or newer from https://nodejs.org' >&2
    return 1
  }
  install_key "$system_node"
  # A version manager's shim keeps its place and size whatever it stands for: there the version is part of the key.
  if [ "$node_size" -lt 1000000 ] 2>/dev/null; then key="$key $(node --version)"; fi
  stamp_key='' node=''
  if [ -f "$root/.cache/installed" ]; then
    read_stamp || stamp_key=''
  fi
  if [ "$stamp_key" = "$key" ] && [ -x "$node" ] && [ -d "$root/node_modules/esbuild" ]; then
    if [ "$2" = none ] || has_services; then
      case $1 in
      install) return 0 ;;
      rebuild) ;;
      *) if is_built; then return 0; fi ;;
      esac
    fi
  fi
  "$system_node" "$root/scripts/setup.mjs" "$1" "$2" "$key" "$packages_key" "$services_key" </dev/null || return $?
  read_stamp
}

read_stamp() {
  { IFS= read -r stamp_key && IFS= read -r node && IFS= read -r _packages; } <"$root/.cache/installed"
}
