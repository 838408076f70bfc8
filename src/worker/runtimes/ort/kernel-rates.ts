// Measures ceilings in a worker, with the library and the thread count that the cases use: short equal passes of the graphs in
// machine/ceilings/kernels.ts.
import { type Ceiling, unitOf, unknownCeiling } from '../../../contract/ceilings.js';
import { reasonOf } from '../../../errors.js';
import type { PlannedWeight } from '../../../formats/onnx/graph-builder.js';
import { byteLength } from '../../../formats/onnx/model.js';
import { encodeModel } from '../../../formats/onnx/write.js';
import {
  type Chain,
  chainModel,
  type Kernel,
  PRODUCT_KERNELS,
  PRODUCT_SHAPES,
  productChain,
  READ_KERNELS,
  READ_ROUNDS,
  squareMatrices,
  wideMatrix,
} from '../../../machine/ceilings/kernels.js';
import { rateOf } from '../../../machine/ceilings/passes.js';
import type { KernelRatesQuestion } from '../../protocol.js';
import { loadOrtLibrary } from './library.js';
import { type Call, createSession, type Element, type Session } from './session.js';

const FEWEST_PASSES = 5;
/** Bandwidth takes longer to reach its best, because a cache of the size of the working set fills slowly. */
const PASSES_MS = { read: 400, product: 150 };
/** A slow device, such as a GPU in software, gets fewer passes once this much time is spent. */
const PATIENCE_MS = 1000;
/** In a pass of this length the cost of starting work on a GPU is negligible. */
const SHORTEST_GPU_PASS_MS = 20;
const LONGEST_REASON = 200;

export function kernelRates(question: KernelRatesQuestion): Ceiling[] {
  const { ep, threads, workingSets, arithmetics } = question;
  const on = ep === 'cpu' ? 'cpu' : 'gpu';
  const memory = ep === 'cpu' ? filledMemory(Math.max(0, ...workingSets)) : null;
  const read = (kernel: Kernel, chain: Chain & { bytes: number }) =>
    timed(readPass(question, kernel, chain, memory), chain, chain.bytes, PASSES_MS.read);
  const reads = workingSets.flatMap((workingSetBytes) =>
    READ_KERNELS[on].map((kernel) =>
      attempt(question, 'read-bandwidth', kernel, workingSetBytes, () =>
        on === 'cpu'
          ? read(kernel, wideMatrix(workingSetBytes, threads))
          : longEnough(READ_ROUNDS, (rounds) => read(kernel, squareMatrices(workingSetBytes, kernel.format, rounds))),
      ),
    ),
  );
  const products = PRODUCT_KERNELS.filter(({ arithmetic }) => arithmetics.includes(arithmetic)).map((kernel) =>
    attempt(question, `matmul-${kernel.arithmetic}`, kernel, null, () =>
      longEnough(PRODUCT_SHAPES[on], (shape) => {
        const chain = productChain(shape);
        return timed(productPass(question, kernel, chain), chain, chain.operations, PASSES_MS.product);
      }),
    ),
  );
  return [...reads, ...products];
}

interface Timed {
  amount: number;
  passMs: number[];
  chain: Chain;
}

function timed(pass: () => void, chain: Chain, amount: number, budgetMs: number): Timed {
  const once = () => {
    const start = performance.now();
    pass();
    return performance.now() - start;
  };
  // The first pass allocates memory, and compiles shaders on a GPU.
  const firstMs = once();
  const passMs = [once()];
  for (let spentMs = passMs[0]!; spentMs < budgetMs || passMs.length < FEWEST_PASSES; spentMs += passMs.at(-1)!) {
    if (firstMs + spentMs > PATIENCE_MS) break;
    passMs.push(once());
  }
  return { amount, passMs, chain };
}

/** Tries larger shapes until a pass is long enough. */
function longEnough<Shape>(shapes: readonly Shape[], measure: (shape: Shape) => Timed): Timed {
  let found: Timed | undefined;
  for (const shape of shapes) {
    found = measure(shape);
    if (Math.min(...found.passMs) >= SHORTEST_GPU_PASS_MS) break;
  }
  return found!;
}

function attempt(
  { ep, threads }: KernelRatesQuestion,
  kind: Ceiling['kind'],
  kernel: Kernel,
  workingSetBytes: number | null,
  measure: () => Timed,
): Ceiling {
  const head = { kind, ep, threads, operator: kernel.operator, workingSetBytes };
  const measuredAt = new Date().toISOString();
  try {
    const { amount, passMs, chain } = measure();
    const method = `${describe(kernel)} [${chain.rows}, ${chain.k}] × [${chain.k}, ${chain.n}]${chain.links > 1 ? ` × ${chain.links}` : ''}, ${passMs.length} passes`;
    return { ...head, unit: unitOf(kind), ...rateOf(amount, passMs), method, measuredAt };
  } catch (error) {
    const reason = reasonOf(error).split('\n')[0]!.slice(0, LONGEST_REASON);
    return unknownCeiling({ ...head, measuredAt }, `${describe(kernel)}: ${reason}`);
  }
}

function describe({ operator, format, activation }: Kernel): string {
  if (format.kind !== 'blocks') return format.kind === 'float' ? `${operator} ${activation}` : `${operator} int8`;
  return `${operator} ${format.bits} bits, blocks of ${format.largestBlock}, accuracy level ${format.accuracyLevel}`;
}

/** Memory filled with floats that are neither zero nor denormal, so that all its pages really exist. */
function filledMemory(bytes: number): Float32Array {
  const pattern = Float32Array.from({ length: 4093 }, (_, i) => ((i % 101) - 50.5) / 1000);
  const memory = new Float32Array(bytes / 4);
  for (let at = 0; at < memory.length; at += pattern.length) {
    memory.set(pattern.subarray(0, Math.min(pattern.length, memory.length - at)), at);
  }
  return memory;
}

function readPass(
  question: KernelRatesQuestion,
  kernel: Kernel,
  chain: Chain,
  memory: Float32Array | null,
): () => void {
  const { model, matrices } = chainModel(kernel, chain, 'inputs');
  const session = open(question, encodeModel(model));
  const call = session.prepare(['x', ...matrices.map(({ name }) => name)], ['y']);
  const place = ({ type, dims }: PlannedWeight) =>
    memory === null ? session.allocate(type as Element, dims) : session.tensor('float32', memory, dims);
  return pass(session, call, kernel, chain, matrices.map(place));
}

function productPass(question: KernelRatesQuestion, kernel: Kernel, chain: Chain): () => void {
  const session = open(question, encodeModel(chainModel(kernel, chain, 'constants').model));
  return pass(session, session.prepare(['x'], ['y']), kernel, chain, []);
}

function pass(session: Session, call: Call, { activation }: Kernel, { rows, k, n }: Chain, matrices: bigint[]) {
  const x = new Uint8Array(byteLength(activation, [rows, k]));
  const ones = activation === 'float16' ? new Uint16Array(x.buffer).fill(0x3c00) : new Float32Array(x.buffer).fill(1);
  const y = new Uint8Array(byteLength(activation, [rows, n]));
  call.inputs.set([session.tensor(activation, ones, [rows, k]), ...matrices]);
  call.outputs.set([session.tensor(activation, y, [rows, n])]);
  return () => call.run();
}

function open({ ep, threads }: KernelRatesQuestion, graph: Uint8Array): Session {
  return createSession(loadOrtLibrary(), { graph, threads, ep, onlyThere: ep !== 'cpu' });
}
