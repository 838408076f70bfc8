// External data: only plain files beside the graph, and only bytes that they have.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { externalFiles } from '../../../src/formats/onnx/external-data.js';
import type { OnnxModel } from '../../../src/formats/onnx/model.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-external-'));
const graph = join(scratch, 'model.onnx');
writeFileSync(graph, 'graph');
writeFileSync(join(scratch, 'data'), Buffer.alloc(100));
writeFileSync(join(scratch, 'outside'), Buffer.alloc(100));
symlinkSync(join(scratch, 'outside'), join(scratch, 'link'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function modelWith(location: string, offset = 0, bytes = 100): OnnxModel {
  const tensor = {
    name: 'w',
    type: null,
    typeCode: 99,
    dims: [],
    data: { kind: 'external' as const, location, offset, bytes },
  };
  return {
    irVersion: 10,
    producer: '',
    opsets: {},
    graphName: '',
    nodes: [],
    initializers: [tensor],
    inputs: [],
    outputs: [],
    subgraphs: 0,
  };
}

describe('external data', () => {
  it('beside the graph and inside its file is accepted', () => {
    expect(externalFiles(graph, modelWith('data', 50, 50))).toEqual(['data']);
    expect(externalFiles(graph, modelWith('./data'))).toEqual(['data']);
  });

  it.each([
    '../data',
    '/etc/passwd',
    'sub/data',
    '..',
    '.',
    '',
    'C:\\data',
    'data\u0000',
    'dàta',
    'da\u202eta',
    'model.onnx',
    './../data',
    '.hidden',
  ])('at %j is refused', (location) => {
    expect(() => externalFiles(graph, modelWith(location))).toThrow(
      expect.objectContaining({ code: 'external-data-invalid' }),
    );
  });

  it('behind a link is refused with what to do, as the runtime would refuse it without', () => {
    expect(() => externalFiles(graph, modelWith('link'))).toThrow(/is a link.*cp -L/);
  });

  it.each([
    [50, 51],
    [101, 0],
    [0, 2 ** 50],
  ])('of bytes %i + %i in a file of 100 is refused', (offset, bytes) => {
    expect(() => externalFiles(graph, modelWith('data', offset, bytes))).toThrow(/which has 100/);
  });

  it('in a file that is missing is refused', () => {
    expect(() => externalFiles(graph, modelWith('nothing'))).toThrow(/nothing is missing/);
  });
});
