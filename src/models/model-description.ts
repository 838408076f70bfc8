// A model by its configuration alone: an entry of models.json, a config.json, or that of files on this disk. Nothing is
// downloaded, and no weights are needed.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile } from '../contract/json-file.js';
import { statOf } from '../contract/regular-file.js';
import { problem } from '../errors.js';
import type { ModelConfig } from '../networks/architecture.js';
import { cacheDirectory } from './cache.js';
import { checkpointsOf } from './find-checkpoints.js';
import { pullCommand } from './locate-real.js';
import { resolveReference } from './reference.js';
import { configSchema, loadRegistry, type Model } from './registry.js';

export interface ModelDescription {
  /** As in models.json, or made from the configuration. */
  id: string;
  /** As the user named it, or its makers did. */
  name: string;
  config: ModelConfig;
  /** As published; null where nobody says. */
  parameters: number | null;
  activeParameters: number | null;
}

/** Throws model-unknown, file-invalid, checkpoint-missing with the command that pulls it, or input-invalid. */
export function modelDescription(name: string, registry: Model[] = loadRegistry()): ModelDescription {
  const reference = resolveReference(name, registry);
  if (reference.kind === 'registry') return fromRegistry(reference.model);
  if (reference.kind === 'config') return fromConfig(name, reference.path);
  if (reference.kind === 'folder') return fromConfig(name, join(reference.path, 'config.json'));
  if (reference.kind !== 'hub') {
    const expected =
      'an id of models.json, a hub id, a folder or a config.json; edgeproof models inspect reads any file';
    throw problem('input-invalid', { what: `${name} is a file of weights`, expected });
  }
  const known = registry.find(({ hub, baseHub }) => hub === reference.repo || baseHub === reference.repo);
  if (known !== undefined) return fromRegistry(known);
  const path = checkpointsOf(name, cacheDirectory(), registry)
    .map(({ directory }) => join(directory, 'config.json'))
    .find((candidate) => statOf(candidate) !== null);
  if (path !== undefined) return fromConfig(name, path);
  throw problem('checkpoint-missing', { name: `the configuration of ${name}`, command: pullCommand(name, 'q4') });
}

export function fromRegistry({ id, name, config, parameters, activeParameters }: Model): ModelDescription {
  return { id, name, config, parameters, activeParameters: activeParameters ?? null };
}

function fromConfig(name: string, path: string): ModelDescription {
  const config = readJsonFile(path, configSchema) as ModelConfig;
  return { id: configId(config), name, config, parameters: null, activeParameters: null };
}

/** The same for the same configuration, wherever it lies. */
export function configId(config: ModelConfig): string {
  const hash = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
  return `config-${config.model_type}-${hash}`;
}
