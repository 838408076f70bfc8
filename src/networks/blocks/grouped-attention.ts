// Grouped attention over a KV cache through GroupQueryAttention, which also rotates queries and keys. The nodes are
// those of onnxruntime-genai's model builder for CPU, so that the fused kernel applies.
import type { GraphBuilder } from '../../formats/onnx/graph-builder.js';
import type { GroupedAttention } from '../plan.js';
import { type Block, type Composition, type Lengths, project, wantedPositions } from './composition.js';
import { floatFill } from './linear.js';
import { rmsNorm } from './norms.js';

/**
 * Adds the graph input `attention_mask`, and the nodes that derive from it the lengths that attention takes instead.
 */
export function sequenceLengths(b: GraphBuilder): Lengths {
  const mask = b.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const root = '/model/attn_mask_reformat';
  const count = b.node('ReduceSum', `${root}/ReduceSum`, [mask, b.int64('axis_1', [1])], { keepdims: 0 });
  const last = b.node('Sub', `${root}/Sub`, [count, b.int64('one', [1])]);
  const dims = b.node('Shape', `${root}/Shape`, [mask]);
  const total = b.node('Gather', `${root}/Gather`, [dims, b.int64('index_1', [1], [])], { axis: 0 });
  return {
    last: b.node('Cast', `${root}/Sub/Cast`, [last], { to: 6 }),
    total: b.node('Cast', `${root}/Gather/Cast`, [total], { to: 6 }),
  };
}

/** Adds the cache of one layer as graph inputs and outputs of [batch, heads, length, size]. */
export function kvCache(c: Composition, p: { layer: number; heads: number; keySize: number; valueSize: number }) {
  const part = (name: 'key' | 'value', size: number) => {
    const names = { past: `past_key_values.${p.layer}.${name}`, present: `present.${p.layer}.${name}` };
    const dims = (length: string) => ['batch_size', p.heads, length, size];
    c.b.input(names.past, c.precision.activation, dims('past_sequence_length'));
    c.b.output(names.present, c.precision.activation, dims('total_sequence_length'));
    return names;
  };
  return { key: part('key', p.keySize), value: part('value', p.valueSize) };
}

/** Packed q, k, v projection, attention, output projection. `wantedOnly`: the output has the wanted positions only. */
export function groupedAttention(c: Composition, p: Block<GroupedAttention>): string {
  const { b } = c;
  const { heads, kvHeads, headSize, rope, ...a } = p.plan;
  const node = `/model/layers.${p.layer}/attn`;
  const weight = `model.layers.${p.layer}.attn`;
  const packed = project(c, {
    node: `${node}/qkv_proj`,
    weight: `${weight}.qkv_proj`,
    input: p.input,
    k: c.plan.hidden,
    n: (heads + 2 * kvHeads) * headSize,
    bias: a.qkvBias ?? false,
  });
  const qkv = a.qkNorm ? normedHeads(c, { ...p, packed }) : [packed, '', ''];
  const cache = kvCache(c, { layer: p.layer, heads: kvHeads, keySize: headSize, valueSize: headSize });
  const { cos, sin } = c.rotary(rope);
  const sinks = a.sinks ? ['', '', b.weight(`${weight}.sinks`, c.precision.activation, [heads], floatFill(0))] : [];
  const attended = b.node(
    'GroupQueryAttention',
    `${node}/GroupQueryAttention`,
    [...qkv, cache.key.past, cache.value.past, c.lengths.last, c.lengths.total, cos, sin, ...sinks],
    {
      num_heads: heads,
      kv_num_heads: kvHeads,
      scale: { float: a.scale },
      do_rotary: 1,
      rotary_interleaved: rope.interleaved ? 1 : 0,
      local_window_size: a.window ?? -1,
      ...(a.softcap === undefined ? {} : { softcap: { float: a.softcap } }),
    },
    [`${node}/GroupQueryAttention/output_0`, cache.key.present, cache.value.present],
  );
  return project(c, {
    node: `${node}/o_proj`,
    weight: `${weight}.o_proj`,
    input: p.wantedOnly ? wantedPositions(b, attended) : attended,
    k: heads * headSize,
    n: c.plan.hidden,
    bias: a.outputBias ?? false,
  });
}

/** [queries, keys, values], with norms applied to the first two. */
function normedHeads(c: Composition, p: { layer: number; plan: GroupedAttention; packed: string }): string[] {
  const { b } = c;
  const { heads, kvHeads, headSize } = p.plan;
  const node = `/model/layers.${p.layer}/attn`;
  const widths = [heads * headSize, kvHeads * headSize, kvHeads * headSize];
  const parts = ['q', 'k', 'v'].map((part) => `${node}/${part}_proj/output_0`) as [string, string, string];
  const sizes = b.int64(`qkv_widths_${widths.join('_')}`, widths);
  b.node('Split', `${node}/qkv_proj/Split`, [p.packed, sizes], { axis: -1 }, parts);
  const normed = (part: 'q' | 'k', input: string, width: number) => {
    const name = `model.layers.${p.layer}.attn.${part}_norm`;
    if (p.plan.qkNorm === 'across heads') return rmsNorm(c, { input, name, size: width });
    const apart = b.int64(`heads_of_${headSize}`, [0, -1, headSize]);
    const rows = b.node('Reshape', `${node}/${part}_norm/Reshape_1`, [input, apart]);
    const norm = rmsNorm(c, { input: rows, name, size: headSize });
    return b.node('Reshape', `${node}/${part}_norm/Reshape_2`, [norm, b.int64(`rows_of_${width}`, [0, -1, width])]);
  };
  return [normed('q', parts[0], widths[0]!), normed('k', parts[1], widths[1]!), parts[2]];
}
