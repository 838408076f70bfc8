// The facts of a graph as a page: what decides its speed comes first. Pure.
import type { GraphFacts } from '../contract/graph-facts.js';
import type { ModelsInspectView } from '../contract/views/models-inspect.js';
import { isCacheName } from '../formats/onnx/cache-inputs.js';
import { bytes, count, plural } from './format.js';
import { type Fact, factTable, type Page } from './page.js';

export function inspectPage(view: ModelsInspectView): Page {
  const { path, planned, tokenOperations, ...facts } = view;
  const shape = (dims: (number | string | null)[]) => `[${dims.map((dim) => dim ?? '?').join(', ')}]`;
  const values = (list: GraphFacts['inputs']) => {
    const plain = list.filter(({ name }) => !isCacheName(name) && !/^present/.test(name));
    const cached = list.length - plain.length;
    const names = plain.map(({ name, type, dims }) => `${name} ${type ?? '?'}${shape(dims)}`);
    return [...names, ...(cached > 0 ? [plural(cached, 'KV tensor')] : [])].join(', ');
  };
  const { head, embedding, kv } = facts;
  const operators = Object.entries(facts.operators).map(([name, number]) => `${name} ${number}`);
  const opsets = Object.entries(facts.opsets).map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  const rows: Fact[] = [
    ...headerRows(facts.header),
    ['parameters', parametersText(facts)],
    ['weights', ofWhich(bytes, facts.weightBytes, facts.weightBytesActive)],
    ...Object.entries(facts.weightBytesByType).map(([type, size]): Fact => [`  ${type}`, bytes(size)]),
    ...facts.formats.map((format): Fact => ['matrix products', formatText(format)]),
    [
      'embedding',
      embedding === null
        ? 'not found'
        : `${embedding.operator}, ${embedding.bits} bits${embedding.quantized ? ', quantised' : ''}`,
    ],
    [
      'head',
      head === null
        ? 'not found'
        : `${head.operator}, ${head.bits} bits${head.quantized ? ', quantised' : ', not quantised'}${head.tied ? ', tied to the embedding' : ''}`,
    ],
    ['logits', head?.logits ?? 'unknown'],
    ['KV cache', kv === null ? withoutCache(facts) : cacheText(kv)],
    ['can be run', facts.notADecoder === null ? 'yes' : `no: ${facts.notADecoder}`],
    ['one token', tokenOperations === null ? 'reads no tokens' : tokenText(facts.work.tokenBytes, tokenOperations)],
    ['inputs', values(facts.inputs)],
    ['outputs', values(facts.outputs)],
    ['operators', operators.join(', ')],
    ['producer', `${facts.producer || 'unknown'}, opsets ${opsets.join(', ')}`],
  ];
  return {
    heading: [path],
    ...factTable(rows),
    notes: planned ? ['A plan: the checkpoint as it would be written. No file was read.'] : [],
    json: view,
    records: [
      {
        path,
        parameters: facts.parameters,
        parametersActive: facts.parametersActive,
        weightBytes: facts.weightBytes,
        weightBytesActive: facts.weightBytesActive,
        headBits: head?.bits ?? null,
        headQuantized: head?.quantized ?? null,
      },
    ],
  };
}

/** What a GGUF file says of its model. */
function headerRows(header: GraphFacts['header']): Fact[] {
  if (header === null) return [];
  const { name, context, vocab, fileType } = header;
  const known: [string, string | null][] = [
    ['name', name],
    ['file type', fileType],
    ['context', context === null ? null : `${count(context)} tokens`],
    ['vocabulary', vocab === null ? null : `${count(vocab)} tokens`],
  ];
  return known.map(([label, text]): Fact => [label, text ?? 'not told']);
}

function parametersText({ parameters, parametersActive, copiedParameters }: GraphFacts): string {
  const copy =
    copiedParameters > 0
      ? `; the embedding is stored twice, its second copy (${count(copiedParameters)}) not counted`
      : '';
  return ofWhich(count, parameters, parametersActive) + copy;
}

/** A mixture of experts reads less for one token than it has. */
function ofWhich(text: (value: number) => string, all: number, active: number): string {
  return all === active ? text(all) : `${text(all)}, of which ${text(active)} for one token`;
}

/** The figures that the ceiling of decoding is computed from. */
function tokenText(tokenBytes: number, operations: number): string {
  return `reads ${bytes(tokenBytes)} of weights, ${(operations / 1e9).toPrecision(3)} Gop in matrix products`;
}

/** A cache may be there, and its size not be told: by dimensions that are symbols, or by a GGUF file. */
function withoutCache({ inputs, header, notADecoder }: GraphFacts): string {
  const maybe = inputs.some(({ name }) => isCacheName(name)) || (header !== null && notADecoder === null);
  return maybe ? 'not known' : 'none';
}

function cacheText({ layers, shapes, bytesPerToken, shareable }: NonNullable<GraphFacts['kv']>): string {
  const each = shapes.map(({ heads, size, type }) => `${heads} heads × ${size} ${type}`).join(' + ');
  return `${layers} layers × ${each}, ${count(bytesPerToken)} bytes a token, ${shareable ? 'shared in place' : 'passed on'}`;
}

function formatText(format: GraphFacts['formats'][number]): string {
  const block = format.blockSize === null ? '' : `, blocks of ${format.blockSize}`;
  const level = format.accuracyLevel === null ? '' : `, accuracy level ${format.accuracyLevel}`;
  return `${format.nodes} × ${format.operator}, ${format.bits} bits${block}${level}${format.zeroPoints ? ', zero points' : ''}`;
}
