// The language head: hidden states → the graph output `logits`.
import { type Composition, constant, scaled } from './composition.js';
import { type Embedding, linear } from './linear.js';

export function languageHead(c: Composition, hidden: string, table: Embedding): void {
  const { b, plan, precision } = c;
  const node = '/lm_head/MatMul';
  const product = plan.tiedHead
    ? table.head({ node, input: hidden })
    : linear(b, precision.body, precision.activation, {
        node,
        weight: 'lm_head.MatMul.weight',
        input: hidden,
        k: plan.hidden,
        n: plan.vocab,
      });
  const logits = scaled(c, '/lm_head/scale', product, plan.logitsScale);
  if (plan.logitsSoftcap !== undefined) {
    const cap = constant(c, plan.logitsSoftcap);
    const tanh = b.node('Tanh', '/lm_head/softcap/Tanh', [b.node('Div', '/lm_head/softcap/Div', [logits, cap])]);
    b.node('Mul', '/lm_head/softcap/Mul', [tanh, cap]);
  }
  b.renameLastOutput('logits');
  const length = precision.keepsLogits ? 'logits_length' : 'sequence_length';
  b.output('logits', precision.activation, ['batch_size', length, plan.vocab]);
}
