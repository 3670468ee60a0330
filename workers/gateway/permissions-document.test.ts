import { expect, it } from 'vitest';
import { permissionsDocument } from './permissions-document.ts';

it('docs/permissions.md says what the code does (npm run docs:permissions writes it anew)', async () => {
  await expect(permissionsDocument()).toMatchFileSnapshot('../../docs/permissions.md');
});
