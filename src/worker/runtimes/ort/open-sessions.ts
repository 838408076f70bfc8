// Opens the sessions of a checkpoint: one for its decoder graph and, where it has a graph for prompts, one for that.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { problem } from '../../../errors.js';
import type { Decoder } from '../../../formats/onnx/decoder-interface.js';
import { withInt8Cache } from '../../../formats/onnx/int8-cache.js';
import { prefillPath } from '../../../formats/onnx/prefill-graph.js';
import { readModel, readWholeModel } from '../../../formats/onnx/read.js';
import { encodeModel } from '../../../formats/onnx/write.js';
import type { OrtLibrary } from './library.js';
import { createSession, type Session, type SessionOptions } from './session.js';

export interface SessionsOptions extends Omit<SessionOptions, 'graph' | 'onlyThere'> {
  graph: string;
}

interface CacheForm {
  decoder: Decoder;
  shared: boolean;
  kvDtype: 'graph' | 'int8';
}

export function openSessions(library: OrtLibrary, options: SessionsOptions, { decoder, shared, kvDtype }: CacheForm) {
  const graph = kvDtype === 'int8' ? int8CacheGraph(options, decoder) : options.graph;
  const session = createSession(library, { ...options, graph });
  // Two sessions can share a cache only in shared mode.
  return { session, prefillSession: shared ? openPrefillSession(library, options) : null };
}

export interface PrefillSession extends Pick<Session, 'prepare'> {
  /** Its inputs other than the cache. */
  own: string[];
}

/** null where the checkpoint has no graph for prompts, or not on this provider: the graph is made for the CPU. */
function openPrefillSession(library: OrtLibrary, asked: SessionsOptions): PrefillSession | null {
  const { threads, ep = 'cpu', options } = asked;
  const path = prefillPath(asked.graph);
  if (ep !== 'cpu' || !existsSync(path)) return null;
  const own = readModel(path)
    .inputs.map(({ name }) => name)
    .filter((name) => !name.startsWith('past_key_values.'));
  return { ...createSession(library, { graph: path, threads, options }), own };
}

/** The graph with an int8 cache. It needs a graph for prompts, which fills the float32 cache that step sizes come from. */
function int8CacheGraph({ graph, ep = 'cpu' }: SessionsOptions, decoder: Decoder) {
  const refused = (reason: string) => problem('kv-dtype-unsupported', { path: graph, reason });
  if (ep !== 'cpu') throw refused(`it runs on ${ep}, not on the CPU`);
  if (!existsSync(prefillPath(graph))) throw refused('it has no graph for prompts beside it');
  const made = withInt8Cache(readWholeModel(graph), decoder);
  if (typeof made === 'string') throw refused(made);
  return { bytes: encodeModel(made), folder: dirname(graph) };
}
