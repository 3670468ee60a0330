import { expect, it } from 'vitest';
import { lintApi } from '../../../scripts/support/lint-api.ts';
import { ROUTES, VERSION } from '../app.ts';
import { apiDescription } from './document.ts';

it('Redocly’s recommended rules find nothing in the API description', async () => {
  const document = apiDescription(ROUTES, 'https://fairlead.example', VERSION);
  expect(await lintApi(document)).toEqual({ errors: [], warnings: [] });
});

it('the linter finds what is wrong', async () => {
  const { errors } = await lintApi({ openapi: '3.1.0', info: { title: 'x' }, paths: { '/x': { get: {} } } });
  expect(errors.length).toBeGreaterThan(0);
});
