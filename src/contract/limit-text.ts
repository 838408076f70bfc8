// How the values of limits are written: sizes such as 2GB, and the least quota of processor time. Pure.

const UNITS: Record<string, number> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
export const SIZE = /^(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|KiB|MiB|GiB)$/;
/** The kernel refuses a quota of less than 1 ms in every 100. */
export const LEAST_QUOTA = 0.01;

/** null if the text is not a size. */
export function bytesOf(text: string): number | null {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  return amount === undefined ? null : Math.round(Number(amount) * UNITS[unit!]!);
}

/** The shortest exact text of a size, in any unit: `2GB`, `1536MiB`. */
export function sizeWord(bytes: number): string {
  const exact = Object.entries(UNITS)
    .filter(([, unit]) => bytes % unit === 0)
    .map(([name, unit]) => `${bytes / unit}${name}`);
  return exact.reduce((best, word) => (word.length < best.length ? word : best));
}
