#!/usr/bin/env bash
# Installs what the full test needs on Debian or Ubuntu: Chromium, PHP, MariaDB, Redis, nginx, Apache, PHP_CodeSniffer, debootstrap, fonts.
# Usage: sudo scripts/install-system-packages.sh [--help]
set -euo pipefail
packages=(chromium chromium-headless-shell fonts-noto-core php-cli php-fpm php-mysql php-sqlite3 php-curl php-mbstring php-xml php-intl php-zip
  php-codesniffer mariadb-server redis-server nginx apache2 libapache2-mod-php unzip debootstrap)

if [ "${1:-}" = "--help" ]; then
  sed -n '2,3p' "$0" | cut -c3-
  printf 'Packages: %s\n' "${packages[*]}"
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "All system packages are there."
  exit 0
fi
echo "Installing ${missing[*]} …"

# The tests start servers of their own; the packages' services must not start.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "Done."
