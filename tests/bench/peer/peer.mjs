// peer.mjs - what a capable team would write with Node: a broker (aedes) in the process that keeps the
// record (better-sqlite3). A message is acknowledged only after the commit it is in: all that came
// while the last commit ran are written by one transaction, each with its device, sequence and bytes,
// kept once. It verifies nothing, unpacks nothing and works nothing out: a message of N scans is cut
// into N pieces of one size, a row each, which is less than it would have to do.
//
//   node peer.mjs PACKAGES PORT RECORD.db CA.crt SERVER.crt SERVER.key     PACKAGES: with node_modules
//
// Says "ready" when it listens. A line "N": messages hold N scans from now on; answers how many rows
// there are.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const [packages, port, path, ca, cert, key] = process.argv.slice(2);
const need = createRequire(packages + '/');
const aedes = need('aedes')();
const Database = need('better-sqlite3');

const db = new Database(path);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE IF NOT EXISTS message(topic TEXT NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,' +
        ' at INTEGER NOT NULL, PRIMARY KEY(topic, seq)) WITHOUT ROWID');
const add = db.prepare('INSERT OR IGNORE INTO message VALUES(?, ?, ?, ?)');
const addAll = db.transaction(all => {
  const at = Date.now();
  for (const one of all)
    for (let i = 0; i < one.n; i++)
      add.run(one.topic, one.seq + i, one.bytes.subarray(i * one.bytes.length / one.n, (i + 1) * one.bytes.length / one.n), at);
});

let waiting = [], planned = false, per = 1;
const next = new Map();

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

const count = db.prepare('SELECT count(*) AS n FROM message');
createInterface({ input: process.stdin }).on('line', line => {
  per = Number(line);
  console.log(count.get().n);
});
