import type { ConsoleBrowser } from './console.fixture.ts';

/**
 * Opens every page of the console's menu on what is deployed, and gives what is wrong with any of them, one line each: what axe
 * and the browser complain of, and what does not fit its width.
 */
export async function wrongOnPages(
  browser: ConsoleBrowser,
  look: { width?: number; theme?: 'light' | 'dark' } = {},
): Promise<{ pages: string[]; wrong: string[] }> {
  const console = await browser.newPage(look);
  const { page } = console;
  await console.open('map');
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  const pages = await links.allInnerTexts();
  const wrong: string[] = [];
  for (const name of pages) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    const found = [...(await console.violations()), ...(wide ? ['wider than its window'] : [])];
    wrong.push(...found.map((one) => `${name}: ${one}`));
  }
  wrong.push(...console.complaints);
  await console.close();
  return { pages, wrong };
}
