// peer.mjs - what a capable team would write with Node: a broker (aedes) in the process that keeps the
// record (better-sqlite3). A message is acknowledged only after the commit it is in: all that came
// while the last commit ran are written by one transaction, each with its device, sequence and bytes,
// kept once. It works nothing out. How much of the rest it does is asked for:
//
//   cut      a message of N scans becomes N pieces of one size, a row each: less than it would have to do
//   read     each scan is unpacked (protobufjs), kept once by device, epoch and sequence, found by its item
//   checked  the same, and each batch's seal is verified first (OpenSSL's Ed25519); no chain
//
//   node peer.mjs PACKAGES PORT RECORD.db CA.crt SERVER.crt SERVER.key TRAO.proto KEYS
//
// PACKAGES: with node_modules. KEYS: a line a device, its name and its seal key in hexadecimal. Says
// "ready" when it listens. A line "HOW N": messages hold N scans and are kept so from now on; answers
// how many rows there are.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const [packages, port, path, ca, cert, key, proto, keysFile] = process.argv.slice(2);
const need = createRequire(packages + '/');
const aedes = need('aedes')();
const Database = need('better-sqlite3');
const protobuf = need('protobufjs');

const root = protobuf.loadSync(proto);
const [Up, Batch, Head, Scan] = ['Up', 'Batch', 'Head', 'Scan'].map(name => root.lookupType('trao.v1.' + name));
const spki = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410
const keys = new Map(readFileSync(keysFile, 'utf8').trim().split('\n').map(line => {
  const [name, hex] = line.split(' ');
  return [name, createPublicKey({ key: Buffer.concat([spki, Buffer.from(hex, 'hex')]), format: 'der', type: 'spki' })];
}));

const db = new Database(path);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE IF NOT EXISTS message(topic TEXT NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,' +
        ' at INTEGER NOT NULL, PRIMARY KEY(topic, seq)) WITHOUT ROWID;' +
        'CREATE TABLE IF NOT EXISTS scan(device TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,' +
        ' item TEXT NOT NULL, event INTEGER NOT NULL, wall INTEGER NOT NULL, bytes BLOB NOT NULL,' +
        ' at INTEGER NOT NULL, PRIMARY KEY(device, epoch, seq)) WITHOUT ROWID;' +
        'CREATE INDEX IF NOT EXISTS of_item ON scan(item)');
const addPiece = db.prepare('INSERT OR IGNORE INTO message VALUES(?, ?, ?, ?)');
const addScan = db.prepare('INSERT OR IGNORE INTO scan VALUES(?, ?, ?, ?, ?, ?, ?, ?)');

function addPieces(one, at) {
  for (let i = 0; i < one.n; i++)
    addPiece.run(one.topic, one.seq + i, one.bytes.subarray(i * one.bytes.length / one.n, (i + 1) * one.bytes.length / one.n), at);
}

const sealed = Buffer.from('trao batch 1\0');
function addScans(one, at, checked) {
  const batch = Batch.decode(Up.decode(one.bytes).envelope.batch);
  const head = Head.decode(batch.head);
  if (checked && !verify(null, Buffer.concat([sealed, batch.head]), keys.get(head.device), batch.seal))
    throw new Error(`${head.device}: a seal that does not hold`);
  const epoch = head.epoch.toString();
  for (const bytes of batch.scan) {
    const scan = Scan.decode(bytes);
    addScan.run(head.device, epoch, Number(scan.seq), scan.item, scan.event, Number(scan.wallMs), bytes, at);
  }
}

let waiting = [], planned = false, per = 1, how = 'cut';
const next = new Map();

const addAll = db.transaction(all => {
  const at = Date.now();
  for (const one of all)
    if (how === 'cut') addPieces(one, at);
    else addScans(one, at, how === 'checked');
});

function commit() {
  planned = false;
  const group = waiting;
  waiting = [];
  addAll(group);
  for (const one of group) one.done(null);
}

aedes.authorizePublish = (client, packet, done) => {
  const seq = next.get(packet.topic) ?? 1;
  next.set(packet.topic, seq + per);
  waiting.push({ topic: packet.topic, seq, n: per, bytes: packet.payload, done });
  if (!planned) {
    planned = true;
    setImmediate(commit);
  }
};

createServer({
  ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key),
  requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3',
}, aedes.handle).listen(Number(port), '127.0.0.1', () => console.log('ready'));

const count = db.prepare('SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM scan) AS n');
createInterface({ input: process.stdin }).on('line', line => {
  const words = line.split(' ');
  how = words[0];
  per = Number(words[1]);
  console.log(count.get().n);
});
