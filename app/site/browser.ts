// For tests: Debian's Chromium, a fresh profile each, closed with what started it.
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Why browser tests cannot run here, or false. Where CI is set a missing browser fails instead of being passed over. */
export function browserMissing(): string | false {
  if (existsSync(executablePath)) return false;
  const reason = `NOT TESTED IN A BROWSER: ${executablePath} is missing (apt-get install chromium)`;
  if (process.env.CI) throw new Error(reason);
  console.error(reason);
  return reason;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Collects what the page complains about: exceptions and console errors, Content-Security-Policy violations among them. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused or cut request is logged by the browser itself; tests that cause one say what must be seen of it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return complaints;
}
