// How the graph of a checkpoint is laid out (docs/checkpoints.md). Pure.
import type { ExecutionProvider } from './vocabulary.js';

interface LayoutRow {
  format: FileFormat;
  /** The decoder graph that is built for it; null if the file holds no graph. */
  graph: 'tuned' | 'published' | null;
  /** A second graph, in int8, reads the prompts. */
  prefillGraph?: boolean;
  /** The only execution providers that run it; every one if missing. */
  eps?: readonly ExecutionProvider[];
}

export type FileFormat = 'onnx' | 'gguf';

export const LAYOUTS = {
  /** Head and embedding are quantised; only positions whose logits are wanted enter the head. */
  tuned: { format: 'onnx', graph: 'tuned' },
  /** As exported on the hub. */
  published: { format: 'onnx', graph: 'published' },
  /** `tuned`, and a second graph that reads prompts in int8. */
  split: { format: 'onnx', graph: 'tuned', prefillGraph: true, eps: ['cpu'] },
  gguf: { format: 'gguf', graph: null },
} as const satisfies Record<string, LayoutRow>;

type Table = typeof LAYOUTS;
export type Layout = keyof Table;
/** Layouts of ONNX files. */
export type OnnxLayout = { [L in Layout]: Table[L]['format'] extends 'onnx' ? L : never }[Layout];
/** Layouts of the decoder graph itself. */
export type GraphLayout = NonNullable<Table[Layout]['graph']>;

export const LAYOUT_NAMES = Object.keys(LAYOUTS) as unknown as readonly [Layout, ...Layout[]];
export const GRAPH_LAYOUTS = ['tuned', 'published'] as const satisfies readonly GraphLayout[];
export const ONNX_LAYOUTS = LAYOUT_NAMES.filter((name) => LAYOUTS[name].format === 'onnx') as unknown as readonly [
  OnnxLayout,
  ...OnnxLayout[],
];

/** null for files that are used as they are: only their format is known. */
export function layoutRow(layout: Layout | null): LayoutRow | null {
  return layout === null ? null : LAYOUTS[layout];
}
