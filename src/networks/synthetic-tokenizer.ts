// A byte-level BPE tokenizer with exactly the vocabulary size of a model, for use where its real vocabulary is not
// available offline. It merges letters into all two-letter pieces, then four-letter pieces, so that English text splits
// into pieces of a few letters and tokenisation takes a realistic time.
import { problem } from '../errors.js';

const SPLIT =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const LETTERS = [...'etaoinshrdlcumwfgypbvkjxqz'];

/** The printable stand-in of each byte, as GPT-2's byte-level pre-tokenizer defines it. */
function byteAlphabet(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : spare++));
}

function* mergePairs(): Generator<[string, string]> {
  const starts = LETTERS.map((letter) => `Ġ${letter}`);
  for (const letter of LETTERS) yield ['Ġ', letter];
  const pairs = LETTERS.flatMap((a) => LETTERS.map((b): [string, string] => [a, b]));
  yield* pairs;
  for (const start of starts) for (const letter of LETTERS) yield [start, letter];
  for (const [a, b] of pairs) for (const [c, d] of pairs) yield [a + b, c + d];
}

/** `special` tokens have the last ids. Throws where so many pieces cannot be made, or fewer than the 256 bytes. */
export function syntheticTokenizer(vocabSize: number, special: string[]) {
  const alphabet = byteAlphabet();
  const vocab = new Map(alphabet.map((token, id) => [token, id]));
  const merges: [string, string][] = [];
  const pieces = vocabSize - special.length;
  for (const [left, right] of mergePairs()) {
    if (vocab.size >= pieces) break;
    if (vocab.has(left + right)) continue;
    vocab.set(left + right, vocab.size);
    merges.push([left, right]);
  }
  if (vocab.size !== pieces) {
    const what = `vocab_size ${vocabSize}: no synthetic tokenizer of so many tokens can be made`;
    const bound = vocab.size + special.length;
    throw problem('input-invalid', { what, expected: vocab.size > pieces ? `${bound} or more` : `at most ${bound}` });
  }
  const added = special.map((content, index) => ({
    id: vocab.size + index,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: SPLIT }, behavior: 'Isolated', invert: false },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
        ],
      },
      post_processor: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        vocab: Object.fromEntries(vocab),
        merges,
      },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'Qwen2Tokenizer',
      model_max_length: 131072,
      add_prefix_space: false,
      clean_up_tokenization_spaces: false,
      bos_token: null,
      eos_token: special[0] ?? null,
      pad_token: special[0] ?? null,
      unk_token: null,
      chat_template:
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    },
  };
}
