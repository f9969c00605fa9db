import { appendFileSync } from 'node:fs';

appendFileSync(process.env.GITHUB_OUTPUT ?? '', 'page_url=https://pages.example.invalid/\n');
