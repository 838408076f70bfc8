// How large what is read from a file may be. Each bound is far above real files, and is checked before anything of that
// size is held in memory, so that a damaged or hostile file gives an error at once.

export const FILE_BOUNDS = {
  /** Size of a JSON file. A result document of this size holds when seven million tokens arrived. */
  jsonBytes: 64 << 20,
  /** Lists and objects in a JSON file: 3,000 cases of 30 rounds have two million. */
  jsonContainers: 5_000_000,
  /** Lists and objects inside each other. Result documents have twelve levels. */
  jsonDepth: 64,
  /** One text of a JSON file. The longest are error messages of runtimes, of some thousand bytes. */
  jsonTextBytes: 256 << 10,

  /** Nodes, tensors, inputs and outputs of an ONNX file: 61 layers of 256 unfused experts have 300,000. */
  graphItems: 1_000_000,
  /** Protobuf fields and numbers in lists; a node has about twenty. */
  protobufFields: 10_000_000,
  /** Graphs inside nodes (If, Loop, Scan). */
  graphDepth: 16,
  /** A name or a text of a node. */
  protobufTextBytes: 1 << 20,
  /** All of them; 200,000 nodes have 50 MB. */
  protobufTotalTextBytes: 256 << 20,
  /** Numbers in one list: shapes, axes, tables of small models. */
  protobufListLength: 1 << 16,
  /** One message. Protobuf itself has no larger ones. */
  protobufMessageBytes: 2 ** 31 - 1,

  /** A vocabulary with its merges takes tens of megabytes. */
  ggufHeaderBytes: 256 << 20,
  /** Deepseek V3 has 1,025. */
  ggufTensors: 100_000,
  /** Metadata entries; real files have about fifty. */
  ggufEntries: 10_000,
  /** A name, a key or a value; chat templates have some ten thousand bytes. */
  ggufTextBytes: 4 << 20,

  /** Layers of a model: the deepest have 126 (Llama 3.1 405B). */
  layers: 1_000,
  /** In all layers together: Kimi K2 has 23,040. */
  experts: 100_000,
  /** Heads, experts, groups. */
  heads: 65_536,
  /** Width of a layer or a head; the widest MLPs have 53,248. */
  width: 1 << 20,
  /** Gemma has 262,144 tokens. */
  vocabulary: 1 << 24,
  /** Positions; the longest contexts have ten million. */
  context: 2 ** 31,
} as const;
