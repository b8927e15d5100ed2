// What one document may cost. Each limit is checked before the work that it limits.

const MB = 1_000_000;

export const limits = {
  documentBytesMax: 20 * MB,
  textCharactersMax: 5_000_000,
  frontMatterCharactersMax: 64_000,
  htmlElementsMax: 50_000,
  htmlDepthMax: 250,
  pdfPagesMax: 2000,
  docxInflatedBytesMax: 100 * MB,
  /** Inflated bytes for each packed one; honest documents stay below 60. */
  docxRatioMax: 200,
  convertTimeoutMs: 60_000,
  convertMemoryMb: 1024,
} as const;

/** Tells a size the way the limits are named: in MB of a million bytes. */
export function inMegabytes(bytes: number): string {
  return `${(bytes / MB).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}
