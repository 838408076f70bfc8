// A whole number of a suite or a result, within its bounds.
import { z } from 'zod';
import type { Bounds } from './bounds.js';

export const wholeNumber = ({ least, most }: Bounds) => z.int().min(least).max(most);
