// Ways to damage a file that any format shares. Each takes bytes and gives new ones, led by a seeded generator.

/** @typedef {() => number} Random numbers in [0, 1) */
/** @typedef {(bytes: Buffer, random: Random) => Buffer} Mutation */

/** @param {Random} random @param {number} most */
export const below = (random, most) => Math.floor(random() * most);
/** @template T @param {Random} random @param {readonly T[]} list @returns {T} */
export const oneOf = (random, list) => /** @type {T} */ (list[below(random, list.length)]);

/** Whole numbers at which sizes go wrong. */
export const ODD_INTEGERS = [
  ...[-(2n ** 63n), -(2n ** 31n), -5n, -1n, 0n, 1n, 2n, 3n, 7n, 33n, 255n, 65_537n, 1_000_000_007n],
  ...[2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 1n],
];

/** Texts that terminals obey, names that objects and file systems do not have. */
export const ODD_TEXTS = [
  ...['', '\u001b[31mred\u001b]0;title\u0007', '\u009b2J', '\u202etxt.exe', 'a\0b', '__proto__', 'constructor'],
  ...['../../etc/passwd', '/dev/zero', 'x'.repeat(300), '0x0', '1e9', '-1', '\ud800', '|\n|\r\n"'],
];

/** @param {Buffer} bytes @param {number} start @param {number} removed @param {Uint8Array} [added] */
const spliced = (bytes, start, removed, added = new Uint8Array(0)) =>
  Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(start + removed)]);

/** @type {Mutation[]} */
export const BYTE_MUTATIONS = [
  function flipBits(bytes, random) {
    const changed = Buffer.from(bytes);
    for (let i = 1 + below(random, 16); i > 0; i--) {
      const at = below(random, changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << below(random, 8));
    }
    return changed;
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, below(random, bytes.length));
  },
  function moveAPiece(bytes, random) {
    const start = below(random, bytes.length);
    const piece = bytes.subarray(start, start + below(random, 500));
    return spliced(bytes, below(random, bytes.length), below(random, 2) * piece.length, piece);
  },
  function repeatAPiece(bytes, random) {
    const start = below(random, bytes.length);
    const piece = bytes.subarray(start, start + 1 + below(random, 300));
    return spliced(bytes, start, 0, Buffer.concat(Array(1 + below(random, 50)).fill(piece)));
  },
  function removeAPiece(bytes, random) {
    return spliced(bytes, below(random, bytes.length), below(random, 300));
  },
  function writeNoise(bytes, random) {
    const noise = Buffer.from(Array.from({ length: 1 + below(random, 64) }, () => below(random, 256)));
    return spliced(bytes, below(random, bytes.length), noise.length, noise);
  },
  function writeALength(bytes, random) {
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(BigInt.asUintN(64, oneOf(random, ODD_INTEGERS)));
    const varint = Buffer.from('ffffffffffffffff7f', 'hex');
    return spliced(bytes, below(random, bytes.length), 8, random() < 0.5 ? value : varint);
  },
];
