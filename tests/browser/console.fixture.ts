import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { complaintsOf, launchBrowser } from '../../app/site/browser.ts';
import type { Orrery } from '../runtime-fixture.ts';

const root = join(import.meta.dirname, '..', '..');
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface ConsolePage {
  page: Page;
  /** Exceptions and errors of the page, violations of its policy among them. */
  complaints: string[];
  open(path: string): Promise<void>;
  /** What axe finds against WCAG 2.2 AA, one line each. */
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

export interface ConsoleBrowser {
  newPage(options?: { width?: number; height?: number; theme?: 'light' | 'dark' }): Promise<ConsolePage>;
  close(): Promise<void>;
}

/** A browser for the console of a runtime, whose page is built first where it is not. */
export async function openConsole(orrery: Pick<Orrery, 'url'>): Promise<ConsoleBrowser> {
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'tools', 'console.ts')]);
  const browser = await launchBrowser();
  return {
    newPage: (options = {}) => newPage(browser, orrery, options),
    close: () => browser.close(),
  };
}

async function newPage(
  browser: Browser,
  orrery: Pick<Orrery, 'url'>,
  { width = 1440, height = 900, theme = 'light' }: { width?: number; height?: number; theme?: 'light' | 'dark' },
): Promise<ConsolePage> {
  // Nothing moves while it is looked at.
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  const port = new URL(orrery.url).port;
  return {
    page,
    complaints,
    open: async (path) => {
      await page.goto(`http://orrery.localhost:${port}/_orrery/${path}`);
      await page.getByText('live', { exact: true }).waitFor();
    },
    violations: () => violationsOf(page),
    close: () => context.close(),
  };
}

async function violationsOf(page: Page): Promise<string[]> {
  // Evaluated by the debugger, not as a script of the page, whose policy would refuse it.
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await axe.run(document, { runOnly: tags })).violations;
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  );
}
