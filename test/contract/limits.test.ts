// How limits are written: sizes, lists of processors, and what a suite may ask for.
import { describe, expect, it } from 'vitest';
import { cpuList, cpuNumbers } from '../../src/contract/cpu-list.js';
import { bytesOf, sizeWord } from '../../src/contract/limit-text.js';
import { limitSetSchema } from '../../src/contract/limits.js';

describe('a size', () => {
  it.each([
    ['512MB', 512_000_000, '512MB'],
    ['2GB', 2_000_000_000, '2GB'],
    ['2000 MB', 2_000_000_000, '2GB'],
    ['2GiB', 2_147_483_648, '2GiB'],
    ['1.5GiB', 1_610_612_736, '1536MiB'],
    ['0B', 0, '0B'],
    ['65536B', 65_536, '64KiB'],
    ['1kB', 1000, '1kB'],
  ])('%s has %i bytes and is called %s', (text, bytes, word) => {
    expect(bytesOf(text)).toBe(bytes);
    expect(sizeWord(bytes)).toBe(word);
    expect(bytesOf(word)).toBe(bytes);
  });

  it.each(['2', '2gb', 'GB', '-1GB', '1e3MB', '2GB ', ''])('%j is none', (text) => {
    expect(bytesOf(text)).toBeNull();
  });
});

it.each([
  ['0', [0], '0'],
  ['0,1', [0, 1], '0-1'],
  ['3,0-1,1', [0, 1, 3], '0-1,3'],
  ['8-11,2', [2, 8, 9, 10, 11], '2,8-11'],
  ['2-2,64-65', [2, 64, 65], '2,64-65'],
])('processors %s', (text, numbers, word) => {
  expect(cpuNumbers(text)).toEqual(numbers);
  expect(cpuList(numbers)).toBe(word);
});

describe('a set of limits', () => {
  it.each([
    [{ memory: '2 gigabytes' }, 'a size such as'],
    [{ memory: '0B' }, 'needs some memory'],
    [{ swap: '1GB' }, 'only together with memory'],
    [{ cpuQuota: 0 }, '0.01'],
    [{ cpus: '1-0' }, 'must grow'],
    [{ cpus: 'all' }, 'processors such as'],
    [{ disk: '1GB' }, 'disk'],
  ])('refuses %j', (set, words) => {
    expect(limitSetSchema.safeParse(set).error?.message).toContain(words);
  });
});
