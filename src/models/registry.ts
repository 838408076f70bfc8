// models.json: the models that edgeproof knows, where they come from, and their sizes.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readJsonFile } from '../contract/json-file.js';
import { problem } from '../errors.js';
import type { ModelConfig } from '../networks/architecture.js';
import { configSchemaOf } from '../networks/architectures.js';

/** A config.json. If edgeproof can build its architecture, it must have everything that takes. */
export const configSchema = z.looseObject({ model_type: z.string() }).superRefine((config, context) => {
  const parsed = configSchemaOf(config.model_type)?.safeParse(config);
  for (const { path, message } of parsed?.error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
});

const idSchema = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/);
const commit = z.string().regex(/^[0-9a-f]{40}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().positive();

const pinSchema = z.strictObject({
  revision: commit.describe('Commit of the hub repository.'),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256 })),
});

const modelSchema = z.strictObject({
  id: idSchema.describe('Short name used on the command line and in suites.'),
  name: z.string().describe('Name as its makers write it.'),
  hub: z.string().nullable().describe('Hub repository of the ONNX export.'),
  baseHub: z.string().nullable().describe('Hub repository of the original weights.'),
  license: z.string().nullable(),
  modalities: z.array(z.enum(['text', 'image', 'video', 'audio-in', 'audio-out'])).default(['text']),
  parameters: count.nullable().describe('Parameter count, exact; null where nobody has published it.'),
  activeParameters: count.optional().describe('Mixture of experts: parameters that one token passes through.'),
  decoderParameters: count
    .optional()
    .describe('Of a model with more parts: parameters of its text decoder, all that synthetic checkpoints hold.'),
  publishedBytes: z
    .record(z.string(), z.number().positive())
    .describe("Bytes of each dtype's files in the hub's own listing, as far as it is known."),
  sources: z.array(z.string()).describe('Where the facts of this entry come from.'),
  unverified: z
    .array(z.string())
    .default([])
    .describe('Fields of this entry whose value is common knowledge but was found on no page.'),
  notes: z.array(z.string()).default([]).describe('What a reader should know before trusting or comparing this entry.'),
  pin: pinSchema.optional().describe('What `edgeproof models pin` found: real weights with other bytes are refused.'),
  config: configSchema.describe("The model's own config.json values; synthetic checkpoints are written from them."),
});

function uniqueIds(models: { id: string }[], context: z.core.$RefinementCtx): void {
  models.forEach(({ id }, i) => {
    if (models.findIndex((model) => model.id === id) === i) return;
    context.addIssue({ code: 'custom', path: [i, 'id'], message: `"${id}" is the id of another model` });
  });
}

export const registrySchema = z
  .strictObject({ $schema: z.string().optional(), models: z.array(modelSchema).superRefine(uniqueIds) })
  .describe('The models that edgeproof knows.');

export type Model = Omit<z.infer<typeof modelSchema>, 'config'> & { config: ModelConfig };
export type Pin = z.infer<typeof pinSchema>;

export const REGISTRY = fileURLToPath(new URL('../../models.json', import.meta.url));

/** Pins in the working directory, beside results/: those of users whose models.json lies in an installed package. */
export const PINS = 'edgeproof-pins.json';

export const pinsSchema = z
  .strictObject({ $schema: z.string().optional(), pins: z.record(idSchema, pinSchema) })
  .describe('Pins of models by their ids, which stand above those of models.json.');

/** The models of a registry. Those of edgeproof itself have the pins of the working directory. */
export function loadRegistry(path: string = REGISTRY, pins: string | null = path === REGISTRY ? PINS : null): Model[] {
  const { models } = readJsonFile(path, registrySchema);
  return pins === null || !existsSync(pins) ? models : withPins(models, pins);
}

function withPins(models: Model[], path: string): Model[] {
  const { pins } = readJsonFile(path, pinsSchema);
  const unknown = Object.keys(pins).filter((id) => models.every((model) => model.id !== id));
  if (unknown.length > 0) {
    const issues = unknown.map((id) => `pins.${id}: models.json has no such model`);
    throw problem('file-invalid', { path, issues });
  }
  return models.map((model) => {
    const pin = pins[model.id];
    return pin === undefined ? model : { ...model, pin };
  });
}
