// Opens the sessions of a checkpoint: one for its decoder graph and, where it has a graph for prompts, one for that. What
// users of ONNX Runtime would not do, reading what the graphs say of themselves, comes after each session and is timed apart.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DEFAULT_OPTIONS, type OptionValue } from '../../../contract/options.js';
import { problem } from '../../../errors.js';
import { type Decoder, decoderOf } from '../../../formats/onnx/decoder-interface.js';
import { withInt8Cache } from '../../../formats/onnx/int8-cache.js';
import type { OnnxModel } from '../../../formats/onnx/model.js';
import { prefillPath } from '../../../formats/onnx/prefill-graph.js';
import { readModel, readWholeModel } from '../../../formats/onnx/read.js';
import { encodeModel } from '../../../formats/onnx/write.js';
import type { OrtLibrary } from './library.js';
import { createSession, type Session, type SessionOptions } from './session.js';

export interface SessionsOptions extends Omit<SessionOptions, 'graph' | 'onlyThere'> {
  graph: string;
  /** By default the graph decides. */
  kv?: 'shared' | 'passed';
}

export interface PrefillSession extends Pick<Session, 'prepare' | 'endProfiling'> {
  /** Its inputs other than the cache. */
  own: string[];
}

export interface Sessions {
  session: Session;
  prefillSession: PrefillSession | null;
  decoder: Decoder;
  shared: boolean;
  kvDtype: OptionValue<'kvDtype'>;
  /** How long the graphs were read for what they say of themselves. */
  graphMs: number;
}

/** Reads a graph and adds the time to its total. */
type Learn = <T>(read: () => T) => T;

export function openSessions(library: OrtLibrary, options: SessionsOptions): Sessions {
  let graphMs = 0;
  const learn: Learn = (read) => {
    const start = performance.now();
    const known = read();
    graphMs += performance.now() - start;
    return known;
  };
  const kvDtype = options.options?.kvDtype ?? DEFAULT_OPTIONS.kvDtype;
  const { session, decoder } =
    kvDtype === 'int8' ? openInt8Session(library, options) : openGraphSession(library, options, learn);
  const shared = options.kv === undefined ? decoder.shareableKv : options.kv === 'shared';
  // Two sessions can share a cache only in shared mode.
  const prefillSession = shared ? openPrefillSession(library, options, learn) : null;
  return { session, prefillSession, decoder, shared, kvDtype, graphMs };
}

function openGraphSession(library: OrtLibrary, options: SessionsOptions, learn: Learn) {
  const { graph } = options;
  const decoderIn = () => requireDecoder(graph, readModel(graph));
  try {
    const session = createSession(library, options);
    return { session, decoder: learn(decoderIn) };
  } catch (error) {
    // The reader says what is wrong with a file more clearly than ONNX Runtime.
    decoderIn();
    throw error;
  }
}

/** The graph is changed on the way, so that all of this is part of the load time. */
function openInt8Session(library: OrtLibrary, options: SessionsOptions) {
  const { graph, ep = 'cpu' } = options;
  const refused = (reason: string) => problem('kv-dtype-unsupported', { path: graph, reason });
  if (ep !== 'cpu') throw refused(`it runs on ${ep}, not on the CPU`);
  // It fills the float32 cache that step sizes come from.
  if (!existsSync(prefillPath(graph))) throw refused('it has no graph for prompts beside it');
  const model = readWholeModel(graph);
  const decoder = requireDecoder(graph, model);
  const made = withInt8Cache(model, decoder);
  if (typeof made === 'string') throw refused(made);
  const bytes = encodeModel(made);
  return { session: createSession(library, { ...options, graph: { bytes, folder: dirname(graph) } }), decoder };
}

function requireDecoder(path: string, model: OnnxModel): Decoder {
  const decoder = decoderOf(model);
  if (typeof decoder === 'string') throw problem('decoder-unsupported', { path, reason: decoder });
  return decoder;
}

/** null where the checkpoint has no graph for prompts, or not on this provider: the graph is made for the CPU. */
function openPrefillSession(library: OrtLibrary, asked: SessionsOptions, learn: Learn): PrefillSession | null {
  const { threads, ep = 'cpu', options, profilePrefix } = asked;
  const path = prefillPath(asked.graph);
  if (ep !== 'cpu' || !existsSync(path)) return null;
  const profiled = profilePrefix === undefined ? {} : { profilePrefix: `${profilePrefix}-prefill` };
  const session = createSession(library, { graph: path, threads, options, ...profiled });
  const inputs = learn(() => readModel(path).inputs.map(({ name }) => name));
  return { ...session, own: inputs.filter((name) => !name.startsWith('past_key_values.')) };
}
