// Which store FILES_LOCATION means.
import { ConfigError } from '@aiguy/manifests/environment';
import { createDiskFiles } from './disk.ts';
import { createFiles, type Files } from './files.ts';
import { createS3Files } from './s3.ts';

/**
 * @param location a folder, or s3://bucket/prefix
 * @throws ConfigError when it names no bucket
 */
export function openFiles(location: string): Files {
  if (!/^[a-z0-9]+:\/\//i.test(location)) return createFiles(createDiskFiles(location));
  const [, bucket, folder = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(location) ?? [];
  if (!bucket) throw new ConfigError('FILES_LOCATION', 'must be a folder, or s3://bucket/prefix');
  const path = folder.replace(/^\/+|\/+$/g, '');
  return createFiles(createS3Files({ bucket, prefix: path === '' ? '' : `${path}/` }));
}
