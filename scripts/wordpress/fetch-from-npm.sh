#!/usr/bin/env bash
# Unpacks WordPress 6.6 (RC 3) into a folder: for machines that reach the npm registry but not wordpress.org. It comes in an old build of WordPress Playground,
# PHP files in an archive and what browsers load beside it.
# Usage: fetch-from-npm.sh TARGET
set -euo pipefail
target=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm pack --silent --pack-destination "$work" @wp-playground/wordpress-builds@0.9.19
tar -xzf "$work"/*.tgz -C "$work" package/src/wordpress/wp-beta.zip package/public/wp-beta
tree=$work/package/public/wp-beta
unzip -q -o "$work/package/src/wordpress/wp-beta.zip" -d "$tree"
# Playground's own: its database and its way to run on it.
rm -rf "$tree/wp-content/database" "$tree/wp-content/db.php" "$tree/wp-content/mu-plugins" "$tree/wp-content/plugins/sqlite-database-integration" "$tree/wp-config.php"
mkdir -p "$tree/wp-content/uploads"
[ -f "$tree/wp-includes/version.php" ] || { echo "the package did not hold a complete tree" >&2; exit 1; }
mkdir -p "$(dirname "$target")"
mv "$tree" "$target"
