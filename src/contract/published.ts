// Speeds that others have published for devices, which predictions are scored against: benchmarks/published/.
import { z } from 'zod';
import { DEVICE_CLASSES } from './device-profile.js';

const positive = z.number().positive();

const measurementSchema = z.strictObject({
  device: z.string(),
  profile: z.string().nullable().describe('The device profile that it is a run of.'),
  class: z.enum(DEVICE_CLASSES),
  bandwidthBytesPerSecond: positive.nullable().describe('Specified.'),
  bandwidthSource: z.string().nullable(),
  operationsPerSecond: positive
    .nullable()
    .describe('The matrix rate of its profile: of 8-bit integers, else of floats.'),
  model: z.string(),
  family: z.string().describe('Models of one architecture resemble each other.'),
  parametersActive: positive.describe('What a token passes through.'),
  format: z.string(),
  engine: z.string(),
  bytes: positive.describe('Weights that a token reads; of a mixture of experts the chosen ones.'),
  bytesSource: z.string(),
  decodeRate: positive,
  prefillRate: positive.nullable(),
  peakRssBytes: positive.nullable(),
  outlier: z.string().optional().describe('Why nothing is fitted to this row. It is scored all the same.'),
  apart: z.string().optional().describe('Why predictions for it are off, where they are.'),
  note: z.string().optional(),
  source: z.string().min(1),
});

export const publishedSchema = z
  .strictObject({ $schema: z.string().optional(), about: z.string(), rows: z.array(measurementSchema).min(1) })
  .describe('Published speeds of language models on devices.');

export type PublishedRow = z.output<typeof measurementSchema>;
