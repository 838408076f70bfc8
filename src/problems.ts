// The catalogue of errors that a user can cause or meet. A message says what is wrong and where; a hint says what to do next.

export interface Problem {
  message: string;
  hint?: string;
}

const list = (names: readonly string[]) => (names.length === 0 ? '(none)' : names.join(', '));

export const CATALOGUE = {
  'input-invalid': (p: { what: string; expected: string }) => ({ message: p.what, hint: `expected ${p.expected}` }),
  'file-unreadable': (p: { path: string; reason: string }) => ({ message: `${p.path}: cannot be read: ${p.reason}` }),
  'system-refused': (p: { path: string; reason: string }) => ({ message: `${p.path}: ${p.reason}` }),
  'file-unwritable': (p: { path: string; reason: string }) => ({
    message: `${p.path}: cannot be written: ${p.reason}`,
  }),
  'file-invalid': (p: { path: string; issues: string[]; hint?: string }) => ({
    message: `${p.path} is not valid:\n${p.issues.map((issue) => `  ${issue}`).join('\n')}`,
    hint: p.hint ?? 'correct the fields named above; editors that know $schema check them as you type',
  }),
  'json-broken': (p: { path: string; reason: string }) => ({
    message: `${p.path} is not JSON: ${p.reason}`,
    hint: 'the file may be cut off or edited by hand; restore it from git or write it again',
  }),
  'suite-unknown': (p: { name: string; known: string[] }) => ({
    message: `there is no suite "${p.name}"`,
    hint: `name a JSON file, or one of: ${list(p.known)}`,
  }),
  'model-unknown': (p: { name: string; known: string[] }) => ({
    message: `models.json has no model "${p.name}"`,
    hint: `${p.known.length === 0 ? '' : `similar names: ${list(p.known)}. `}To see all models: edgeproof models list`,
  }),
  'profile-unknown': (p: { kind: 'device' | 'use'; name: string; known: string[] }) => ({
    message: `there is no ${p.kind} profile "${p.name}"`,
    hint: `${p.known.length === 0 ? '' : `similar names: ${list(p.known)}. `}To see all: edgeproof fit --${p.kind}s; a file of your own is named by its path, such as ./my-${p.kind}.json`,
  }),
  'architecture-unknown': (p: { modelType: string; known: string[] }) => ({
    message: `no synthetic checkpoint can be made for model_type "${p.modelType}"`,
    hint: `supported: ${list(p.known)}`,
  }),
  'config-unsupported': (p: { modelType: string; issues: string[] }) => ({
    message: `this ${p.modelType} configuration cannot be built:\n${p.issues.map((issue) => `  ${issue}`).join('\n')}`,
    hint: 'a field named above is missing, or asks for something that edgeproof does not implement',
  }),
  'gguf-unsupported': (p: { modelType: string; known: string[] }) => ({
    message: `no synthetic GGUF can be made for model_type "${p.modelType}", so llama.cpp cannot run this model`,
    hint: `supported: ${list(p.known)}. Or name a real .gguf file`,
  }),
  'gguf-invalid': (p: { path: string; reason: string }) => ({
    message: `${p.path} is not a readable GGUF file: ${p.reason}`,
    hint: 'the file may be cut off, altered or of another format; download or synthesize it again',
  }),
  'dtype-unsupported': (p: { dtype: string; known: readonly string[] }) => ({
    message: `dtype "${p.dtype}" is not supported for synthetic checkpoints`,
    hint: `use one of: ${list(p.known)}`,
  }),
  'hub-offline': (p: { repo: string }) => ({
    message: `${p.repo} cannot be pulled: HF_HUB_OFFLINE forbids downloads, and the cache of the Python tools does not have the files`,
    hint: 'unset HF_HUB_OFFLINE, or pull it on a connected machine and copy the cache',
  }),
  'hub-unreachable': (p: { host: string; reason: string; attempts: number; waitSeconds: number | null }) => ({
    message: [
      `${p.host}: ${p.reason}`,
      ...(p.attempts > 1 ? [`tried ${p.attempts} times`] : []),
      ...(p.waitSeconds === null ? [] : [`it asks to come back in ${p.waitSeconds} s`]),
    ].join('; '),
    hint: 'the downloaded part is kept: run the same command again. Set HF_ENDPOINT to use a mirror, HTTPS_PROXY to use a proxy',
  }),
  'hub-untrusted': (p: { host: string; code: string }) => ({
    message: `the certificate of ${p.host} is not trusted (${p.code})`,
    hint: 'if a proxy inspects TLS, or the mirror is your own, name its root certificate in NODE_EXTRA_CA_CERTS',
  }),
  'hub-gated': (p: { repo: string; page: string; hasToken: boolean }) => ({
    message: `${p.repo} is gated: its authors require you to accept their conditions first`,
    hint: `accept the conditions at ${p.page}${p.hasToken ? ' with the account that HF_TOKEN belongs to' : ', then set HF_TOKEN to a token of that account'}`,
  }),
  'hub-refused': (p: { repo: string; status: number; hasToken: boolean }) => ({
    message: `the hub refuses access to ${p.repo} (status ${p.status})`,
    hint: p.hasToken
      ? 'HF_TOKEN is invalid, has expired, or may not read this repository'
      : 'a private repository needs a token: set HF_TOKEN',
  }),
  'hub-not-found': (p: { what: string; url: string; hasToken: boolean }) => ({
    message: `the hub has no such ${p.what}: ${p.url}`,
    hint: p.hasToken
      ? 'check the name, and whether HF_TOKEN may read the repository'
      : 'check the name; a private repository needs HF_TOKEN',
  }),
  'hub-invalid': (p: { url: string; reason: string }) => ({
    message: `${p.url} gave an unusable answer: ${p.reason}`,
    hint: 'check that HF_ENDPOINT is a hub, and that no proxy answers in its place',
  }),
  'download-altered': (p: { repo: string; path: string; reason: string }) => ({
    message: `${p.repo}: ${p.path} differs from what the repository lists: ${p.reason}`,
    hint: 'the file was discarded. A mirror or proxy may have altered it: try again, or set another HF_ENDPOINT',
  }),
  'hash-failed': (p: { path: string; reason: string }) => ({
    message: `${p.path}: cannot be hashed: ${p.reason}`,
    hint: 'the downloaded part is kept: run the same command again',
  }),
  'files-in-use': (p: { what: string; owner: string }) => ({
    message: `${p.what} is being pulled by ${p.owner}`,
    hint: 'wait until that process has ended, or stop it',
  }),
  'dtype-missing': (p: { where: string; dtype: string; available: readonly string[] }) => ({
    message: `${p.where} has no files of dtype ${p.dtype}`,
    hint:
      p.available.length === 0
        ? 'it has no onnx/*.onnx that transformers.js would look for'
        : `it has: ${list(p.available)}`,
  }),
  'layout-invalid': (p: { where: string; reason: string }) => ({
    message: `${p.where} is not a model in transformers.js layout: ${p.reason}`,
    hint: 'expected config.json, tokenizer.json and onnx/model<suffix>.onnx. Or name a single .onnx file',
  }),
  'checkpoint-altered': (p: { name: string; fault: string; command: string }) => ({
    message: `${p.name}: ${p.fault}`,
    hint: `get it again with: ${p.command}`,
  }),
  'pin-mismatch': (p: { name: string; fault: string; command: string }) => ({
    message: `${p.name} is not what models.json pins: ${p.fault}`,
    hint: `get the pinned files with: ${p.command}; or pin the files that are here with: edgeproof models pin`,
  }),
  'does-not-fit': (p: { name: string; arithmetic: string }) => ({
    message: `${p.name} does not fit: ${p.arithmetic}`,
    hint: 'choose a smaller dtype, model or context, or a machine with more memory',
  }),
  'checkpoint-missing': (p: { name: string; command: string }) => ({
    message: `${p.name} is not on this disk`,
    hint: `get it with: ${p.command}`,
  }),
  'prompt-too-long': (p: { case: string; tokens: number; context: number }) => ({
    message: `${p.case} needs ${p.tokens} positions (depth + prompt + new), but the model's context has ${p.context}`,
    hint: 'lower --depth, --prompt or --new',
  }),
  'onnx-invalid': (p: { path: string; reason: string }) => ({
    message: `${p.path} is not a readable ONNX model: ${p.reason}`,
    hint: 'the file may be cut off, altered or of another format; download or synthesize it again',
  }),
  'external-data-invalid': (p: { path: string; tensor: string; reason: string }) => ({
    message: `${p.path}: external data of tensor "${p.tensor}": ${p.reason}`,
    hint: 'keep the .onnx file and its data files together, complete and unrenamed',
  }),
  'decoder-unsupported': (p: { path: string; reason: string }) => ({
    message: `${p.path} cannot be driven as a decoder: ${p.reason}`,
    hint: 'edgeproof can feed the inputs input_ids, attention_mask, position_ids, num_logits_to_keep (int64 or int32) and past_key_values.*',
  }),
  'kv-dtype-unsupported': (p: { path: string; reason: string }) => ({
    message: `${p.path} cannot have its KV cache in int8: ${p.reason}`,
    hint: 'use layout split, or add a graph for prompts with `edgeproof models tune --steps prefill-graph`',
  }),
  'huge-pages-unavailable': (p: { reason: string }) => ({
    message: `no huge pages here: ${p.reason}`,
    hint: 'allow them (echo madvise > /sys/kernel/mm/transparent_hugepage/enabled), or leave out hugePages=on',
  }),
  'threads-differ': (p: { runtime: string; asked: number; made: number }) => ({
    message: `${p.runtime} computes with ${p.made} threads, not with ${p.asked} as asked for`,
    hint: 'leave out options (config) and variables that set threads, or ask for as many with --threads',
  }),
  'nothing-to-tune': (p: { path: string; reports: readonly { step: string; note: string }[] }) => ({
    message: `${p.path}: no step applies:\n${p.reports.map(({ step, note }) => `  ${step}: ${note}`).join('\n')}`,
    hint: 'these steps cannot make this graph faster; `edgeproof models inspect` shows its format',
  }),
  'directory-unwritable': (p: { path: string; purpose: string; reason: string; option: string }) => ({
    message: `cannot write ${p.purpose} to ${p.path}: ${p.reason}`,
    hint: `make the directory writable or choose another with ${p.option}`,
  }),
  'disk-full': (p: { path: string; needed: string; free: string }) => ({
    message: `not enough disk space at ${p.path}: ${p.needed} needed, ${p.free} free`,
    hint: 'free some space (`edgeproof models rm <name>`), or set EDGEPROOF_CACHE to another disk',
  }),
  'chart-empty': (p: { name: string; reason: string }) => ({
    message: `there is nothing to draw in the chart ${p.name}`,
    hint: p.reason,
  }),
  'result-unknown': (p: { name: string; directory: string }) => ({
    message: p.name.includes('/') ? `there is no file ${p.name}` : `there is no result "${p.name}" in ${p.directory}`,
    hint: 'name a file, a folder, a machine, `latest`, a pattern or part of a file name, each also at a git revision (`HEAD~1:latest`); `edgeproof results` lists what is here',
  }),
  'results-missing': (p: { directory: string }) => ({
    message: `there are no results in ${p.directory} that can be read`,
    hint: '`edgeproof run` writes results; --results names another folder',
  }),
  'history-empty': (p: { directory: string; patterns: string[] }) => ({
    message: `no result in ${p.directory} has the figures of a case ${p.patterns.length === 0 ? 'that the filters let through' : `named ${p.patterns.join(', ')}`}`,
    hint: '`edgeproof results` lists what is here; name a model, words of its label in tables, part of a case id or a pattern, and a metric that was measured',
  }),
  'result-unmeasured': (p: { path: string }) => ({ message: `${p.path}: no round in it succeeded` }),
  'result-unread': (p: { reason: string }) => ({
    message: p.reason,
    hint: 'it might be the result that is meant: restore or remove it, or name the results to compare',
  }),
  'result-newer': (p: { path: string; found: number; known: number }) => ({
    message: `${p.path} has schemaVersion ${p.found}; this edgeproof reads up to ${p.known}`,
    hint: 'update edgeproof to read this file',
  }),
  'resume-mismatch': (p: { path: string; reason: string }) => ({
    message: `${p.path} cannot be resumed: ${p.reason}`,
    hint: 'start a new run without --resume',
  }),
  'pairing-ambiguous': (p: { across: string[]; pairs: string[]; more: number; fewer: string | null }) => ({
    message: [
      `across ${p.across.join(', ')}, these cases can be paired in more than one way:`,
      ...p.pairs.map((pair) => `  ${pair}`),
      ...(p.more > 0 ? [`  … and ${p.more} more`] : []),
    ].join('\n'),
    hint: `choose a pair with the options behind it${p.fewer === null ? '' : `, or leave nothing to choose with ${p.fewer}`}`,
  }),
  'nothing-to-compare': (p: { reason: string; hint: string }) => ({ message: p.reason, hint: p.hint }),
  'pairs-impossible': (p: { reason: string; hint?: string }) => ({
    message: `no pairs can be run: ${p.reason}`,
    ...(p.hint === undefined ? {} : { hint: p.hint }),
  }),
  interrupted: (p: { resume: string | null; kept?: string }) => ({
    message: 'interrupted',
    ...(p.resume === null ? {} : { hint: `${p.kept ?? 'what was measured is saved'}; go on with: ${p.resume}` }),
  }),
  'runtime-failed': (p: { runtime: string; reason: string }) => ({
    message: `${p.runtime}: ${p.reason}`,
    hint: 'the runtime refused the checkpoint or failed while running it; try another dtype, layout or runtime',
  }),
  'ep-unavailable': (p: { ep: string; reason: string; install: string }) => ({
    message: `${p.ep} does not work here: ${p.reason}`,
    hint: p.install,
  }),
  'ep-fallback': (p: { ep: string; nodes: number; of: number; operators: string[] }) => ({
    message: `${p.nodes} of ${p.of} computing nodes ran on the CPU instead of ${p.ep}: ${list(p.operators)}`,
    hint: 'try another dtype or layout, or accept it with --allow-fallback; the result then states the share of the CPU',
  }),
  'runtime-missing': (p: { runtime: string; reason: string }) => ({
    message: `the native library of ${p.runtime} cannot be loaded: ${p.reason}`,
    hint: 'onnxruntime-node supports Linux x64/arm64, Windows x64/arm64 and macOS arm64; reinstall with `npm ci`',
  }),
  'runtime-not-installed': (p: { runtime: string; command: string }) => ({
    message: `the runtime ${p.runtime} is optional and not installed`,
    hint: `get it with: ${p.command}`,
  }),
  'out-of-memory': (p: { reason: string }) => ({
    message: `out of memory: ${p.reason}`,
    hint: 'use a smaller dtype, prompt or depth, or a machine with more memory',
  }),
  'limit-unenforceable': (p: { limits: string; reason: string; hint?: string }) => ({
    message: `workers cannot be held to ${p.limits} here: ${p.reason}`,
    hint:
      p.hint ??
      'this needs Linux and permission to create control groups: root, or `systemd-run --user --scope -p Delegate=yes edgeproof run …` (docs/limits.md)',
  }),
  'worker-crashed': (p: { exit: string; stderr: string }) => ({
    message: `the worker died (${p.exit})${p.stderr === '' ? '' : `: ${p.stderr}`}`,
    hint: 'a crash in native code means a bug of the runtime or a damaged checkpoint; run the case alone to confirm',
  }),
  'worker-killed': (p: { signal: string }) => ({
    message: `the worker was killed from outside (${p.signal})`,
    hint: 'if nobody killed it, look for the out-of-memory killer in `dmesg`',
  }),
  'worker-protocol': (p: { reason: string }) => ({
    message: `the worker sent something that is not a message: ${p.reason}`,
    hint: 'a native library may have written to the wrong file descriptor; please report this with the case id',
  }),
  'worker-timeout': (p: { seconds: number; phase: string }) => ({
    message: `the worker was stopped after ${p.seconds} s (phase: ${p.phase})`,
    hint: 'raise timeoutSeconds in the suite or --timeout, or ask for fewer tokens',
  }),
  'worker-unstartable': (p: { reason: string }) => ({ message: `the worker could not be started: ${p.reason}` }),
} as const satisfies Record<string, (p: never) => Problem>;
