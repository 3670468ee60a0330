import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clientSource, type Description, unknownIn } from '../../../scripts/support/client-types.ts';
import { ROUTES, VERSION } from '../../../workers/gateway/app.ts';
import { apiDescription } from '../../../workers/gateway/openapi/document.ts';

const biome = join(import.meta.dirname, '../../../node_modules/.bin/biome');
const description = apiDescription(ROUTES, 'https://fairlead.example', VERSION) as Description;

it('the client’s types are those of the API description (npm run build:client)', async () => {
  const source = clientSource(description);
  const formatted = execFileSync(biome, ['format', '--stdin-file-path=api.ts'], { input: source, encoding: 'utf8' });
  await expect(formatted).toMatchFileSnapshot('./api.ts');
});

it('no answer holds anything unknown but what a carrier wrote beside what the standard names', () => {
  expect(unknownIn(clientSource(description))).toEqual([]);
  expect(unknownIn('  details?: Record<string, unknown>;\n  other: unknown;')).toEqual(['  other: unknown;']);
});
