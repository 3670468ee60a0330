/** Redocly's recommended rules on the API description. */
import { createConfig, lintFromString } from '@redocly/openapi-core';

/** What the linter found. */
export interface ApiLint {
  errors: string[];
  warnings: string[];
}

/** Lints an OpenAPI document. */
export async function lintApi(document: object): Promise<ApiLint> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
  const found = (severity: string): string[] =>
    problems
      .filter((problem) => problem.severity === severity)
      .map(({ ruleId, message, location: [at] }) => `${ruleId} at ${at?.pointer ?? ''}: ${message}`);
  return { errors: found('error'), warnings: found('warn') };
}
