// Which execution provider ran which node, read from a profile of ONNX Runtime. The profiled session is never timed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Placement } from '../../../contract/placement.js';
import { EXECUTION_PROVIDERS } from '../../../contract/vocabulary.js';
import { promptTokens } from '../../prompt.js';
import type { PlacementQuestion } from '../../protocol.js';
import { openOnnxRuntime } from '../onnxruntime.js';
import { longestPass } from './attention.js';
import { PROVIDERS } from './execution-providers.js';
import { loadOrtLibrary } from './library.js';

const PROMPT_TOKENS = 16;
const NEW_TOKENS = 4;

/** Tensors in a profile, each like `{"int64":[1,9]}`. */
type Tensors = Record<string, number[]>[];

/** One event of a profile. `Api` events are the GPU's own time stamps of what WebGPU ran. */
export interface ProfileEvent {
  cat: string;
  name: string;
  ts: number;
  dur: number;
  args: {
    op_name?: string;
    provider?: string;
    node_index?: string;
    input_type_shape?: Tensors;
    output_type_shape?: Tensors;
  };
}

/** Generates a few tokens twice. Nodes are counted in both passes, time only in the second, which compiles nothing. */
export async function findPlacement({ graph, threads, ep, options, vocabSize }: PlacementQuestion): Promise<Placement> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeproof-profile-'));
  try {
    const capacity = PROMPT_TOKENS + NEW_TOKENS;
    const profilePrefix = join(directory, 'nodes');
    const runtime = await openOnnxRuntime({ graph, threads, ep, options, capacity, profilePrefix });
    for (const seed of [1, 2])
      await runtime.generate(promptTokens(seed, PROMPT_TOKENS, vocabSize), NEW_TOKENS, () => {});
    const [profile] = runtime.endProfiling();
    const placement = placementOf(JSON.parse(readFileSync(profile!, 'utf8')) as ProfileEvent[]);
    const longest = longestPass(loadOrtLibrary(), ep);
    return { ...placement, ...(longest === null ? {} : { longestPass: longest }) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Derives the placement from a profile of two equal passes. */
export function placementOf(events: ProfileEvent[]): Placement {
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const secondPass = runs[Math.floor(runs.length / 2)]?.ts ?? 0;
  const executed = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  const nodes = executed.filter((event) => !isCopy(event));
  const stamps = events.filter(({ cat }) => cat === 'Api');
  const timeOf = (timed: ProfileEvent[]) =>
    timed.filter(({ ts }) => ts >= secondPass).reduce((sum, { dur }) => sum + dur, 0);

  const names = [...new Set(nodes.map(({ args }) => args.provider ?? ''))];
  const providers = names.map((name) => {
    const own = nodes.filter(({ args }) => args.provider === name);
    const byStamps = stamps.length > 0 && name === PROVIDERS.webgpu.name;
    return {
      ep: EXECUTION_PROVIDERS.find((ep) => PROVIDERS[ep].name === name) ?? name,
      nodes: distinct(own.filter((event) => !isBookkeeping(event))).length,
      bookkeepingNodes: distinct(own.filter(isBookkeeping)).length,
      time: timeOf(byStamps ? stamps : own),
    };
  });
  const total = providers.reduce((sum, { time }) => sum + time, 0);
  const onCpu = distinct(nodes.filter((event) => event.args.provider === PROVIDERS.cpu.name && !isBookkeeping(event)));
  const clock = stamps.length > 0 ? 'time stamps of the GPU' : 'time until a node returns';
  return {
    method: `profiled session, ${PROMPT_TOKENS} prompt tokens and ${NEW_TOKENS} new ones; ${clock}`,
    providers: providers
      .map(({ time, ...rest }) => ({ ...rest, timeShare: total === 0 ? 0 : Math.round((time / total) * 1e4) / 1e4 }))
      .sort((a, b) => b.timeShare - a.timeShare || (a.ep < b.ep ? -1 : 1)),
    copies: distinct(executed.filter(isCopy)).length,
    cpuOperators: countOperators(onCpu),
  };
}

function isCopy({ args }: ProfileEvent): boolean {
  return args.op_name === 'MemcpyToHost' || args.op_name === 'MemcpyFromHost';
}

/**
 * Bookkeeping nodes are Shape and Size, which read no values, and nodes with only int64, int32 and bool tensors: positions,
 * masks, lengths. Narrow integers are quantised numbers, so an integer matrix product counts as computing.
 */
function isBookkeeping({ args }: ProfileEvent): boolean {
  if (args.op_name === 'Shape' || args.op_name === 'Size') return true;
  const tensors = [...(args.input_type_shape ?? []), ...(args.output_type_shape ?? [])];
  return tensors.length > 0 && tensors.flatMap(Object.keys).every((type) => ['int64', 'int32', 'bool'].includes(type));
}

/** One event per node, however often it ran. */
function distinct(events: ProfileEvent[]): ProfileEvent[] {
  return [...new Map(events.map((event) => [`${event.args.node_index} ${event.name}`, event])).values()];
}

function countOperators(events: ProfileEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { args } of events) counts[args.op_name ?? ''] = (counts[args.op_name ?? ''] ?? 0) + 1;
  return counts;
}
