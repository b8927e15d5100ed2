#!/usr/bin/env bash
# Unpacks Debian's newest WordPress, which is in sid, into a folder, without installing anything: for machines that reach a Debian mirror but not wordpress.org.
# Usage: fetch-from-debian.sh TARGET
set -euo pipefail
target=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mirror=$("$(dirname "$0")/../debian-mirror.sh")
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,tree}
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$work/sources.list"
apt=(-o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root -o Acquire::http::Timeout=20 -qq)
apt-get "${apt[@]}" update
(cd "$work/debs" && apt-get "${apt[@]}" download wordpress wordpress-theme-twentytwentyfive \
  libjs-cropper libjs-jquery-ui libjs-lodash libjs-underscore libphp-phpmailer php-getid3)
for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/tree"; done

# The package links to libraries of other packages and to /etc; a tree of its own needs the files themselves.
root=$work/tree/usr/share/wordpress
while IFS= read -r -d '' link; do
  to=$(readlink "$link")
  case $to in
    /*) source=$work/tree$to ;;
    *) source=$(realpath -m "$(dirname "$link")/$to") ;;
  esac
  rm "$link"
  if [ -e "$source" ]; then cp -rL "$source" "$link"; fi
done < <(find "$root" -type l -print0)
rm -f "$root/wp-config.php"
mkdir -p "$root/wp-content/themes" "$root/wp-content/plugins" "$root/wp-content/uploads"
if [ ! -d "$root/wp-content/themes/twentytwentyfive" ]; then
  cp -r "$(find "$work/tree" -type d -name twentytwentyfive | head -n 1)" "$root/wp-content/themes/"
fi
[ -f "$root/wp-includes/version.php" ] && [ -d "$root/wp-content/themes/twentytwentyfive" ] || { echo "the packages did not make a complete tree" >&2; exit 1; }
mkdir -p "$(dirname "$target")"
mv "$root" "$target"
