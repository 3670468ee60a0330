/** Looks for secrets in the files that git knows: a secret that was committed is a secret that leaked. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator as pattern } from '@secretlint/secretlint-rule-pattern';
import { creator as preset } from '@secretlint/secretlint-rule-preset-recommend';
import { ROOT } from './root.ts';

/** What was found, and where; never the secret itself. */
export interface Finding {
  file: string;
  line: number;
  rule: string;
}

/** What the recommended rules (private keys, cloud and vendor keys) do not know. */
const PATTERNS = [
  { name: 'private JWK', pattern: '/"d"\\s*:\\s*"[\\w-]{40,}"/' },
  { name: 'symmetric JWK', pattern: '/"k"\\s*:\\s*"[\\w-]{20,}"/' },
  { name: 'webhook secret', pattern: '/\\bwhsec_[A-Za-z0-9+\\/]{24,}={0,2}/' },
  { name: 'client secret', pattern: '/\\bfls_[\\w-]{40,}/' },
  { name: 'JWT', pattern: '/\\beyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.[\\w-]{20,}/' },
  { name: 'private key', pattern: '/-----BEGIN [A-Z ]*PRIVATE KEY-----/' },
  { name: 'AWS access key', pattern: '/\\b(AKIA|ASIA)[0-9A-Z]{16}\\b/' },
  { name: 'Google API key', pattern: '/\\bAIza[\\w-]{35}\\b/' },
  {
    name: 'password in an address',
    pattern: '/\\b[a-z][a-z0-9+.-]*:\\/\\/[^\\s:@\\/"\'`]+:[^\\s:@\\/"\'`$]{6,}@[\\w.-]+/',
  },
];

/** Files that are no text of ours. */
const LEFT_OUT = /^(package-lock\.json|reference\/data\/.*\.bin)$/;

/** The secrets in one text. */
export async function scanText(file: string, content: string): Promise<Finding[]> {
  const { messages } = await lintSource({
    source: { filePath: file, content, ext: extname(file), contentType: 'text' },
    options: {
      maskSecrets: true,
      config: {
        rules: [
          { id: '@secretlint/secretlint-rule-preset-recommend', rule: preset },
          {
            id: '@secretlint/secretlint-rule-pattern',
            rule: pattern,
            options: { patterns: PATTERNS.map((entry) => ({ name: entry.name, patterns: [entry.pattern] })) },
          },
        ],
      },
    },
  });
  return messages.map((message) => ({ file, line: message.loc.start.line, rule: message.ruleId }));
}

/** The secrets in every file that git knows. */
export async function scanRepository(): Promise<{ files: number; findings: Finding[] }> {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((file) => file !== '' && !LEFT_OUT.test(file));
  const findings: Finding[] = [];
  for (const file of files) findings.push(...(await scanText(file, readFileSync(join(ROOT, file), 'utf8'))));
  return { files: files.length, findings };
}
