// browser.mjs - a real Chromium, led line by line on standard input; answers on standard output.
//
//   node browser.mjs NPM_DIR
//
//   goto URL             -> went STATUS
//   size WIDTH HEIGHT    -> sized                    a phone's to begin with
//   wait TEXT            -> seen EPOCH_MS            when the page's text holds it (30 s at most)
//   fill SELECTOR VALUE  -> filled
//   press SELECTOR       -> pressed STATUS           a click that leads to another page
//   text                 -> text WORDS ON ONE LINE
//   shot FILE            -> shot                     of the whole page
//   counts               -> counts NAVIGATIONS STREAMS OTHERS   since the last goto or press; a stream
//                           counts from the page's own start
//   quit
// Anything that goes wrong: "failed WHY", and the end with status 1.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const npm = process.argv[2];
const { chromium } = createRequire(join(resolve(npm), 'x.js'))('playwright-core');
const profile = mkdtempSync(join(tmpdir(), 'trao-chromium-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  ignoreHTTPSErrors: true, // the server's own certificate
  viewport: { width: 390, height: 780 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
    '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
});
const page = browser.pages()[0] ?? await browser.newPage();
const counts = { navigations: 0, streams: 0, others: 0 };
page.on('framenavigated', (frame) => { if (frame === page.mainFrame()) counts.navigations++; });
page.on('request', (request) => {
  if (request.resourceType() === 'eventsource') counts.streams++;
  else counts.others++;
});

// A page stands: from now on it may only listen to its stream.
const settle = async () => {
  await page.waitForTimeout(300); // an icon may still be asked for
  Object.assign(counts, { navigations: 0, others: 0 });
};
const wordsOnOneLine = async () => (await page.innerText('body')).replace(/\s+/g, ' ');

const commands = {
  async goto(url) {
    counts.streams = 0;
    const answer = await page.goto(url, { waitUntil: 'load' });
    await settle();
    return `went ${answer?.status() ?? 0}`;
  },
  async size(rest) {
    const [width, height] = rest.split(' ').map(Number);
    await page.setViewportSize({ width, height });
    return 'sized';
  },
  async wait(text) {
    const at = await page.waitForFunction(
      (wanted) => document.body.innerText.replace(/\s+/g, ' ').includes(wanted) && Date.now(),
      text, { timeout: 30000 });
    return `seen ${await at.jsonValue()}`;
  },
  async fill(rest) {
    const [selector, ...value] = rest.split(' ');
    await page.fill(selector, value.join(' '));
    return 'filled';
  },
  async press(selector) {
    counts.streams = 0;
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.request().isNavigationRequest() && one.status() < 300
        || one.status() >= 400),
      page.click(selector)]);
    await page.waitForLoadState('load');
    await settle();
    return `pressed ${answer.status()}`;
  },
  async text() { return `text ${await wordsOnOneLine()}`; },
  async shot(file) { await page.screenshot({ path: file, fullPage: true }); return 'shot'; },
  async counts() { return `counts ${counts.navigations} ${counts.streams} ${counts.others}`; },
};

let status = 0;
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...rest] = line.split(' ');
  if (word === 'quit') break;
  try {
    console.log(await commands[word](rest.join(' ')));
  } catch (error) {
    const words = await wordsOnOneLine().catch(() => '');
    console.log(`failed ${line}: ${String(error.message).split('\n')[0]}; the page says: ${words}`);
    status = 1;
    break;
  }
}
await browser.close();
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
process.exit(status);
