#!/usr/bin/env bash
# Unpacks PostgreSQL 17 with pgvector (Debian 13, about 600 MB) into a folder of its own to chroot into, without installing anything.
# Usage: postgres-from-debian.sh TARGET   as root, with debootstrap; TARGET is complete or it is not there
set -euo pipefail
target=$1
[ ! -d "$target" ] || exit 0
[ "$(id -u)" -eq 0 ] || { echo "PostgreSQL with pgvector is left out: unpacking it needs root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "PostgreSQL with pgvector is left out: needs debootstrap (scripts/install-system-packages.sh)" >&2; exit 1; }
mirror=$("$(dirname "$0")/debian-mirror.sh")

mkdir -p "$(dirname "$target")"
# Beside the target, so that the finished tree is moved in one step.
work=$(mktemp -d "$target-XXXXXX")
tree=$work/tree
discard() {
  # An interrupted debootstrap leaves these mounted; nothing below them may be removed.
  umount "$tree/proc" "$tree/sys" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap discard EXIT
trap 'exit 1' INT TERM HUP

debootstrap --variant=minbase --include=postgresql-17,postgresql-17-pgvector trixie "$tree" "$mirror" >"$work/log" 2>&1 ||
  { tail -n 5 "$work/log" "$tree/debootstrap/debootstrap.log" >&2 || true; echo "debootstrap did not make a complete tree" >&2; exit 1; }
umount "$tree/proc" "$tree/sys" 2>/dev/null || true
[ -x "$tree/usr/lib/postgresql/17/bin/postgres" ] && [ -f "$tree/usr/share/postgresql/17/extension/vector.control" ] ||
  { echo "the packages did not make a complete tree" >&2; exit 1; }
# The packages' own cluster and what only apt needs; the tree keeps no address of the mirror.
rm -rf "$tree/var/lib/postgresql/17" "$tree"/var/cache/apt/* "$tree"/var/lib/apt/lists/* "$tree/etc/apt/sources.list" "$tree/var/log/bootstrap.log"
mv -T "$tree" "$target" 2>/dev/null || [ -d "$target" ]
