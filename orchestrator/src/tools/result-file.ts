// The file that a tool has made for the visitor, in a result that keeps its manifest's output schema.
import type { ResultFile } from '@aiguy/manifests/generated/http';
import type { Tool } from '@aiguy/manifests/load';

/** @returns undefined where the tool makes none, and of a task that is still to make it */
export function fileIn(tool: Pick<Tool, 'manifest'> | undefined, output: Record<string, unknown>): ResultFile | undefined {
  return tool?.manifest.file ? (output.file as ResultFile | undefined) : undefined;
}
