// Whether an execution provider works on this machine: a session of one matrix product, run and checked.
import type { ExecutionProvider } from '../../../contract/vocabulary.js';
import type { OnnxModel } from '../../../formats/onnx/model.js';
import { encodeModel } from '../../../formats/onnx/write.js';
import { epUnavailable } from './execution-providers.js';
import { loadOrtLibrary } from './library.js';
import { createSession } from './session.js';

const SIZE = 4;

/** Throws `ep-unavailable`, with the reason and what to install, when `ep` cannot multiply two matrices. */
export function probe(ep: ExecutionProvider): void {
  const library = loadOrtLibrary();
  try {
    const session = createSession(library, { graph: encodeModel(PRODUCT), threads: 1, ep, onlyThere: ep !== 'cpu' });
    const call = session.prepare(['a', 'b'], ['product']);
    const values = Float32Array.from({ length: SIZE * SIZE }, (_, i) => i);
    const identity = Float32Array.from(values, (i) => (i % (SIZE + 1) === 0 ? 1 : 0));
    call.inputs.set([values, identity].map((data) => session.tensor('float32', data, [SIZE, SIZE])));
    call.run();
    const product = session.read('float32', call.outputs[0]!);
    if (!values.every((value, i) => value === product[i])) throw new Error('it computes wrong products');
  } catch (error) {
    throw epUnavailable(ep, error);
  }
}

const matrix = (name: string): OnnxModel['inputs'][number] => ({ name, type: 'float32', dims: [SIZE, SIZE] });

const PRODUCT: OnnxModel = {
  irVersion: 8,
  producer: 'edgeproof',
  opsets: { '': 17 },
  graphName: 'probe',
  nodes: [{ opType: 'MatMul', domain: '', name: 'product', inputs: ['a', 'b'], outputs: ['product'], attributes: {} }],
  initializers: [],
  inputs: [matrix('a'), matrix('b')],
  outputs: [matrix('product')],
  subgraphs: 0,
};
