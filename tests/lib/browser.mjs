// browser.mjs - a real Chromium, led line by line on standard input; answers on standard output.
//
//   node browser.mjs NPM_DIR [plain]       plain: no script of a page is run, nor axe
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
//   has TEXT             -> has yes | has no         the page's text, or what stands in its fields
//   see TEXT             -> seen EPOCH_MS            as wait, also over a change of pages
//   tick SELECTOR        -> ticked                   a box
//   choose SELECTOR VALUE -> chosen                  of a list
//   attr SELECTOR NAME   -> attr VALUE
//   natural SELECTOR     -> natural WIDTH HEIGHT      of a picture, in its own dots
//   key NAME...          -> keyed                    each in turn: Tab, Enter, Space, F2, Shift+Tab
//   type TEXT            -> typed                    into what has the focus, as a keyboard does
//   hide | show          -> hidden | shown           as when another tab stands over it, and back
//   tabs N               -> tabs N                   so many more at its address, each looked at, then hidden
//   focused              -> focused TAG#ID TEXT
//   upload SELECTOR FILE -> uploaded
//   axe                  -> axe 0 | axe N RULE SELECTOR; ...    WCAG 2.2 A and AA, by axe-core
//   wide                 -> wide no | wide N         pixels by which the page is wider than the window
//   quit
// Anything that goes wrong: "failed WHY", and the end with status 1.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const npm = process.argv[2], plain = process.argv[3] === 'plain';
const { chromium } = createRequire(join(resolve(npm), 'x.js'))('playwright-core');
// The same engine without the windows, menus and extensions that nobody sees here: half the CPU.
const shell = '/usr/bin/chromium-headless-shell';
const profile = mkdtempSync(join(tmpdir(), 'trao-chromium-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: existsSync(shell) ? shell : '/usr/bin/chromium',
  headless: true,
  env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  javaScriptEnabled: !plain,
  ignoreHTTPSErrors: true, // the server's own certificate
  viewport: { width: 390, height: 780 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
    '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage',
    '--in-process-gpu', '--process-per-site'],
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

// axe is put in by the debugger, past the page's own policy, and takes nothing from it; once a page.
async function violations() {
  if (await page.evaluate(() => !window.axe))
    await page.evaluate(readFileSync(join(resolve(npm), 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return found.violations.map((one) => `${one.id} ${one.nodes.map((n) => n.target).join(', ')}`);
}

// A headless browser shows every tab: what a hidden one hears is told to it.
const look = (at, seen) => at.evaluate((hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}, !seen);

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
      text, { timeout: 30000, polling: 50 }); // not at each frame, which would be drawn for it
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
  async has(text) {
    const there = await page.evaluate((wanted) => [document.body.innerText,
      ...[...document.querySelectorAll('input,textarea,select')].map((field) => field.value)]
      .some((words) => words.replace(/\s+/g, ' ').includes(wanted)), text);
    return `has ${there ? 'yes' : 'no'}`;
  },
  async see(text) {
    await page.getByText(text).first().waitFor({ timeout: 30000 });
    return `seen ${Date.now()}`;
  },
  async tick(selector) {
    await page.check(selector);
    return 'ticked';
  },
  async choose(rest) {
    const [selector, value] = rest.split(' ');
    await page.selectOption(selector, value);
    return 'chosen';
  },
  async attr(rest) {
    const [selector, name] = rest.split(' ');
    return `attr ${await page.getAttribute(selector, name)}`;
  },
  async natural(selector) {
    return `natural ${await page.locator(selector).evaluate(async (at) => {
      await at.decode();
      return `${at.naturalWidth} ${at.naturalHeight}`;
    })}`;
  },
  async key(rest) {
    for (const name of rest.split(' ')) await page.keyboard.press(name);
    return 'keyed';
  },
  async type(text) { await page.keyboard.type(text); return 'typed'; },
  async hide() { await look(page, false); return 'hidden'; },
  async show() { await look(page, true); return 'shown'; },
  async tabs(rest) {
    const more = [];
    await look(page, false);
    for (let i = 0; i < Number(rest); i++) {
      more.push(await browser.newPage());
      await more[i].goto(page.url(), { waitUntil: 'load', timeout: 10000 });
      await more[i].waitForTimeout(300); // its stream is there
      await look(more[i], false);
    }
    for (const one of more) await one.close();
    return `tabs ${more.length}`;
  },
  async focused() {
    return `focused ${await page.evaluate(() => {
      const at = document.activeElement;
      return `${at.tagName.toLowerCase()}#${at.id} ${(at.innerText || at.value || '').replace(/\s+/g, ' ').slice(0, 80)}`;
    })}`;
  },
  async upload(rest) {
    const [selector, ...file] = rest.split(' ');
    await page.setInputFiles(selector, file.join(' '));
    return 'uploaded';
  },
  async axe() {
    const found = await violations();
    return `axe ${found.length} ${found.join('; ').replace(/\s+/g, ' ').slice(0, 900)}`;
  },
  async wide() {
    const more = await page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth);
    return `wide ${more > 0 ? more : 'no'}`;
  },
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
