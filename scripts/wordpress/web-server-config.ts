// The configurations of the servers under test: what their packages ship, with gzip for every type and PHP's usual output buffer.
import { join } from 'node:path';
import { idlePath } from './php-processes.ts';
import type { Tree } from './tree.ts';
import type { WebServerOptions } from './web-server.ts';

type Written = WebServerOptions & { logs: string };

/** Longer than any answer is relayed. */
const readTimeoutSeconds = 120;
const outputBufferingBytes = 4096;

/** PHP's own server serves existing files itself, which it would break if they were compressed; everything else goes to WordPress. */
export function router({ homePath, multisite }: Tree): string {
  const inSite = multisite
    ? `if (!is_file($root . $path) && preg_match('#^/[_0-9a-zA-Z-]+(/(?:wp-.*|.*\\.php))$#', $path, $found)) $path = $found[1];`
    : '';
  return `<?php
if ($_SERVER['REQUEST_URI'] === '${idlePath}') return true;
$root = $_SERVER['DOCUMENT_ROOT'];
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$asked = $path;
${inSite}
if (is_dir($root . $path) && $path !== '${homePath}' && is_file(rtrim($root . $path, '/') . '/index.php')) $path = rtrim($path, '/') . '/index.php';
if (is_file($root . $path)) {
  if ($path === $asked) return false;
  if (!str_ends_with($path, '.php')) { readfile($root . $path); return true; }
} else $path = '${homePath}index.php';
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $path;
$_SERVER['SCRIPT_FILENAME'] = $root . $path;
chdir(dirname($root . $path));
ini_set('zlib.output_compression', '1');
require $root . $path;
`;
}

export function nginxConfig({ host, port, tree, logs, account }: Written): string {
  const held = host === 'buffering' ? 'fastcgi_buffering on; fastcgi_buffers 64 64k; fastcgi_ignore_headers X-Accel-Buffering;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(logs, name)};`).join(' ');
  const inSite = tree.multisite
    ? 'if (!-e $request_filename) { rewrite ^/[_0-9a-zA-Z-]+(/wp-.*)$ $1 last; rewrite ^/[_0-9a-zA-Z-]+(/.*\\.php)$ $1 last; }'
    : '';
  return `daemon off; worker_processes 1; pid ${join(logs, 'nginx.pid')}; ${account ? `user ${account.name} ${account.group};` : ''}
events { worker_connections 512; }
http {
  include /etc/nginx/mime.types; default_type application/octet-stream; access_log off; ${temporary}
  gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;
  server {
    listen 127.0.0.1:${port}; root ${tree.documentRoot}; index index.php; client_max_body_size 2m;
    ${inSite}
    location ${tree.homePath} { try_files $uri $uri/ ${tree.homePath}index.php?$args; }
    location ~ \\.php$ {
      try_files $uri =404; include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_param HTTP_HOST $http_host;
      fastcgi_pass unix:${fpmSocket(logs)}; fastcgi_read_timeout ${readTimeoutSeconds}s; ${held}
    }
  }
}
`;
}

export function fpmConfig({ logs, account, workers }: Written): string {
  const user = account ? `user = ${account.name}\ngroup = ${account.group}\nlisten.owner = ${account.name}\nlisten.group = ${account.group}\n` : '';
  return `[global]
pid = ${join(logs, 'fpm.pid')}
error_log = ${join(logs, 'fpm.log')}
[www]
${user}listen = ${fpmSocket(logs)}
pm = static
pm.max_children = ${workers}
php_admin_value[output_buffering] = ${outputBufferingBytes}
`;
}

export function apacheConfig({ port, tree, logs, account, workers, php }: Written & { php: { modules: string; name: string } }): string {
  const modules = ['mpm_prefork', 'authz_core', 'dir', 'mime', 'rewrite', 'filter', 'deflate', 'setenvif', 'env'];
  const inSite = tree.multisite
    ? 'RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^[_0-9a-zA-Z-]+/(wp-.*)$ $1 [L]\nRewriteRule ^[_0-9a-zA-Z-]+/(.*\\.php)$ $1 [L]\n'
    : '';
  return `ServerRoot ${logs}
ServerName 127.0.0.1
DefaultRuntimeDir ${logs}
PidFile ${join(logs, 'apache.pid')}
ErrorLog ${join(logs, 'apache.log')}
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module ${php.modules}/mod_${name}.so`).join('\n')}
LoadModule php_module ${php.modules}/${php.name}
${account ? `User ${account.name}\nGroup ${account.group}` : ''}
StartServers ${workers}
MinSpareServers 1
MaxRequestWorkers ${workers}
TypesConfig /etc/mime.types
DocumentRoot ${tree.documentRoot}
DirectoryIndex index.php
php_admin_value output_buffering ${outputBufferingBytes}
SetOutputFilter DEFLATE
<FilesMatch "\\.php$">
SetHandler application/x-httpd-php
</FilesMatch>
<Directory ${join(tree.documentRoot, tree.homePath)}>
Require all granted
RewriteEngine On
RewriteBase ${tree.homePath}
RewriteRule ^index\\.php$ - [L]
${inSite}RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . ${tree.homePath}index.php [L]
</Directory>
`;
}

function fpmSocket(logs: string): string {
  return join(logs, 'fpm.sock');
}
