import { cpSync } from 'node:fs';
import { join } from 'node:path';

cpSync(process.env.INPUT_PATH ?? '', join(process.env.REHEARSAL_FOLDER ?? '', 'pages'), { recursive: true });
console.log('Uploaded the pages');
