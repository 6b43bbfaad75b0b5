// Walks the API by its own document: node api_walk.mjs NPM-FOLDER ADDRESS KEY KEY-FOR-BOARDS KEY-FOR-ITEMS
// The document must be OpenAPI 3.1; every operation in it is asked of the server, every answer is of a
// status, a type and a schema that the document names; nothing is answered without a key or scope.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [npm, base, key, boards, items] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${npm}/`));
const { Validator } = await import(pathToFileURL(require.resolve('@seriousme/openapi-schema-validator')));
const Ajv2020 = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;

const fail = (text) => { console.error(text); process.exit(1); };
const document = await (await fetch(`${base}/api/v1/openapi.json`)).json();

// ---------------------------------------------------------------- the document
const checked = await new Validator().validate(structuredClone(document));
if (!checked.valid) fail(`openapi.json: ${JSON.stringify(checked.errors, null, 1)}`);
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, allowUnionTypes: true });
addFormats(ajv);
ajv.addKeyword('components');
ajv.addSchema({ $id: 'openapi', components: document.components });
const compiled = (schema) => ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')));

const operations = new Map();
for (const [path, methods] of Object.entries(document.paths))
  for (const [method, operation] of Object.entries(methods)) {
    if (operations.has(operation.operationId)) fail(`${operation.operationId}: twice`);
    if (!/^\S.* \/ \S/.test(operation.summary)) fail(`${operation.operationId}: not in both languages`);
    for (const parameter of operation.parameters)
      if (!/ \/ /.test(parameter.description)) fail(`${operation.operationId} ${parameter.name}: not in both languages`);
    for (const [status, response] of Object.entries(operation.responses))
      for (const [type, content] of Object.entries(response.content ?? {}))
        content.fits = compiled(content.schema);
    operations.set(operation.operationId, { ...operation, path, method: method.toUpperCase() });
  }

// ---------------------------------------------------------------- one request
const address = (operation, parameters) => {
  let path = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters[name] ?? 'x'));
  const query = new URLSearchParams();
  for (const { name, in: where } of operation.parameters)
    if (where === 'query' && parameters[name] !== undefined) query.set(name, parameters[name]);
  for (const [name, value] of Object.entries(parameters))
    if (name.startsWith('+')) query.set(name.slice(1), value);
  return `${base}/api/v1${path}${query.size ? `?${query}` : ''}`;
};

// What comes back, if the document allows it.
async function ask(id, { parameters = {}, body, type = 'application/json', status = 200, token = key, once } = {}) {
  const operation = operations.get(id) ?? fail(`${id}: no such operation`);
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = type;
  if (once) headers['idempotency-key'] = once;
  const answer = await fetch(address(operation, parameters), {
    method: operation.method, headers,
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status !== status) fail(`${id}: ${answer.status}, not ${status}: ${text}`);
  const response = operation.responses[status] ?? fail(`${id}: ${status} is not in the document`);
  const said = (answer.headers.get('content-type') ?? '').split(';')[0];
  const content = response.content?.[said] ?? (response.content && fail(`${id}: ${said} is not in the document`));
  if (!content || !said.endsWith('json')) return text;
  const value = JSON.parse(text);
  if (!content.fits(value)) fail(`${id} ${status}: ${ajv.errorsText(content.fits.errors)}: ${text}`);
  if (status === 200) operation.done = operations.get(id).done = true;
  return value;
}
const done = (id) => { operations.get(id).done = true; };

// ---------------------------------------------------------------- nobody without a key or a scope
for (const [id, operation] of operations) {
  const body = operation.method === 'POST' ? {} : undefined;
  if (operation.security.length === 0) continue;
  const parameters = { item: 'RA123456785VN', print: '1' };
  await ask(id, { token: null, status: 401, body, parameters });
  const poor = operation.security[0].key[0] === 'boards:read' ? items : boards;
  await ask(id, { token: poor, status: 403, body, parameters });
  const wrong = await ask(id, { status: 400, body, parameters: { ...parameters, '+surprise': 'x' } });
  if (wrong.field !== 'surprise' && !operation.parameters.some((p) => p.in === 'path' && p.name === wrong.field))
    fail(`${id}: a parameter that is none: ${JSON.stringify(wrong)}`);
}

// ---------------------------------------------------------------- every operation
await ask('openapi', { token: null });
const added = await ask('import', { once: 'walk-1', body: { list: Array.from({ length: 12 }, (_, i) => ({
  dossier: `H27.15-261121-${String(i + 1).padStart(4, '0')}`, name: `Phạm Thị Mẫu ${i}`, address: 'Thôn 3, X. Cẩm Trung',
  phone: `091234${String(5000 + i)}`, postage: 30000, fees: 5000, 'owner-only': i === 0 })) } });
if (added.added !== 12) fail(`import: ${JSON.stringify(added)}`);
await ask('import', { parameters: { dry: 'true' }, type: 'text/csv', body: 'Mã hồ sơ,Người nhận,Địa chỉ\nH27.15-261122-0001,An,Số 1\n' });
let all = [], cursor;
do {
  const page = await ask('items', { parameters: { limit: 5, cursor } });
  all.push(...page.items);
  cursor = page.next ?? undefined;
} while (cursor);
const [a, b, c, d, e, f] = all.map((one) => one.item);
const dossier = (item) => all.find((one) => one.item === item).dossier;
await ask('items', { parameters: { status: 'issued', names: 'true', from: '2026-01-01', office: all[0].office ?? undefined } });
await ask('item', { parameters: { item: a, names: 'true' } });
await ask('item_events', { parameters: { item: a } });
await ask('item_terms', { parameters: { item: a } });
await ask('item_owed', { parameters: { item: a } });
await ask('search', { parameters: { q: a } });
const found = await ask('search_people', { body: { q: 'mau pham', limit: 3, names: true } });
if (found.items.length !== 3 || !found.next) fail(`search: ${JSON.stringify(found)}`);
await ask('search_people', { body: { q: 'mau pham', cursor: found.next } });

const printed = await ask('print', { body: { items: [a, b, c] } });
await ask('print_file', { parameters: { print: printed.print } });
done('print_file');
await ask('receive', { parameters: { dossier: dossier(a) }, body: { originals: 1, pages: 2 } });
await ask('pair', { parameters: { dossier: dossier(a) }, body: { item: a } });
await ask('handover', { body: { seal: 'NP-7', giver: 'An', taker: 'Bình', count: 1, items: [a] } });
const handovers = await ask('handovers');
const handover = handovers.handovers[0].handover;
await ask('handover_rows', { parameters: { handover } });
await ask('difference', { parameters: { handover }, body: { item: a, difference: 'damaged', note: 'ướt' } });
await ask('handover_rows', { parameters: { handover } });
await ask('void', { parameters: { item: d }, body: { reason: 1 } });
await ask('reissue', { parameters: { item: e }, body: { name: 'Phạm Thị Khác' } });
await ask('recall', { parameters: { item: f }, body: {} });
for (const id of ['optout', 'optin', 'electronic'])
  await ask(id, { parameters: { dossier: dossier(f) }, body: { evidence: 'phiếu 7' } });
await ask('sendback', { parameters: { item: b }, body: { evidence: 'đơn 8' } });
const round = await ask('round', { body: { badge: 'TH-12', items: [b] } });
await ask('rounds', { parameters: { badge: 'TH-12' } });
await ask('round_give', { parameters: { round: round.round }, body: { badge: 'TH-13' } });
await ask('round_put', { parameters: { round: round.round }, body: { item: c } });
await ask('case', { body: { item: a, kind: 'damaged', evidence: 'đơn 9', opener: 'citizen' } });
await ask('cases', { parameters: { item: a } });
await ask('case_answer', { parameters: { item: a, kind: 'damaged' }, body: { evidence: 'cv 1', liable: 5000 } });
await ask('case_close', { parameters: { item: a, kind: 'damaged' }, body: { outcome: 'compensated', evidence: 'bb 1', paid: 5000 } });
await ask('cases');
await ask('boards', { parameters: { from: '2026-11-01', to: '2026-12-31' } });
await ask('boards', { parameters: { from: '2026-11-01', to: '2026-12-31', by: 'office', clock: 'office' } });
await ask('board_rows', { parameters: { from: '2026-11-01', to: '2026-12-31', rows: 'open', limit: 2 } });
const figures = await ask('report', { parameters: { from: '2026-11-01', to: '2026-12-31' } });
if (!figures.figures.some((one) => one.table === 'volume-office' && one.number >= 12)) fail('report: no twelve items');
const paper = await ask('report_file', { parameters: { from: '2026-11-01', to: '2026-12-31', paper: 'pdf' } });
if (!paper.startsWith('%PDF-')) fail('report_file: no PDF');
done('report_file');
const list = await ask('exports', { parameters: { form: 'csv' } });
if (!list.includes('Phạm Thị Mẫu')) fail('exports: nobody is in it');
done('exports');

await ask('law_fields', { parameters: { limit: 200 } });
const person = await ask('law_person', { body: { who: dossier(f) } });
if (person.addressees?.[0]?.name !== `Phạm Thị Mẫu ${all.find((one) => one.item === f).dossier.slice(-4) - 1}`)
  fail(`law_person: ${JSON.stringify(person)}`);
await ask('law_hold', { parameters: { item: f }, body: { citation: 'cv 2' } });
const held = await ask('law_holds');
if (held.holds[0].item !== f) fail(`law_holds: ${JSON.stringify(held)}`);
await ask('law_erase', { status: 409, body: { who: dossier(f), citation: 'đơn 3', early: true } });
await ask('law_unhold', { parameters: { item: f }, body: { citation: 'cv 4' } });
await ask('law_plan');
const would = await ask('law_erase', { body: { who: dossier(f), citation: 'đơn 3', early: true, dry: true } });
if (would.would_be_erased !== 1 || would.erased !== undefined) fail(`law_erase: ${JSON.stringify(would)}`);
const erased = await ask('law_erase', { body: { who: dossier(f), citation: 'đơn 3', early: true } });
if (erased.erased !== 1) fail(`law_erase: ${JSON.stringify(erased)}`);
await ask('law_erasures');
const breach = await ask('law_incident_open', { body: { words: 'Gửi nhầm danh sách' } });
const incident = breach.incident;
await ask('law_incident_step', { parameters: { incident, step: 'told' }, body: { words: 'cv 5' } });
await ask('law_incident_step', { parameters: { incident, step: 'close' }, body: { words: 'xong' } });
await ask('law_incidents');
const entries = await ask('law_incident', { parameters: { incident } });
if (entries.entries.length !== 3) fail(`law_incident: ${JSON.stringify(entries)}`);

const secret = (await ask('hook', { parameters: { hook: 'so-xd' }, body: { url: 'https://mot.vn/x', office: 'all', events: 'delivered,returned' } })).secret;
const renewed = (await ask('hook', { parameters: { hook: 'so-xd' }, body: { secret: 'new', overlap: 2 } })).secret;
if (!secret || !renewed || secret === renewed) fail('hook: no secret');
await ask('hook', { status: 409, parameters: { hook: 'khac' }, body: { url: 'https://hai.vn/x', office: 'all' } });
const hooks = await ask('hooks');
if (hooks.hooks[0].name !== 'so-xd' || JSON.stringify(hooks).includes(secret) || hooks.hooks[0].events.length !== 2)
  fail(`hooks: ${JSON.stringify(hooks)}`);
await ask('hook_test', { status: 404, parameters: { hook: 'so-xd' }, body: {} }); // nothing is told here
done('hook_test');
await ask('hook_dead');
await ask('hook_again', { parameters: { hook: 'so-xd' }, body: {} });
if (!document.webhooks?.became) fail('no webhooks in the document');

// ---------------------------------------------------------------- and what is not as it should be
await ask('item', { status: 404, parameters: { item: 'RA123456785VN' } });
await ask('void', { status: 409, parameters: { item: d }, body: {} });
await ask('import', { status: 422, once: 'walk-1', body: { list: [{ dossier: 'x', name: 'y', address: 'z' }] } });

const left = [...operations].filter(([, operation]) => !operation.done).map(([id]) => id);
if (left.length > 0) fail(`never asked: ${left.join(' ')}`);
console.log(`${operations.size} operations`);
