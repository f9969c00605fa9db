import { join } from 'node:path';

/**
 * The action's own folder, which is one above its code in both forms: src/ and dist/. Hence this file stays directly
 * in src/.
 */
export const actionFolder = join(import.meta.dirname, '..');
