import { join } from 'node:path';

/** The action's folder. This file must stay directly in src/, so that the path is the same from src/ and from dist/. */
export const actionFolder = join(import.meta.dirname, '..');
