// operator.mjs - a mobile operator's message centre that speaks SMPP 3.4, led line by line on
// standard input; answers on standard output. It is what a real Kannel binds to in tests.
//
//   node operator.mjs NPM_DIR         listens on a free loopback port
//
//   status N                  -> status N      the following parts are answered with this status
//   receipt ID STATE          -> receipted N   delivery receipt of a part (DELIVRD, UNDELIV, ...); N is
//                                              what the other end answered
//   text FROM TO TEXT         -> texted N      a text from a phone, in as many parts as it needs; N is
//                                              how many were taken
//   quit
// Of its own accord: "listening PORT"; "bound NAME"; for each part of a message that came in
// "part ID TO K/N STATUS TEXT"  (K/N 1/1 when it is the only one).
// Anything that goes wrong: "failed WHY", and the end with status 1.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';

const smpp = createRequire(join(resolve(process.argv[2]), 'x.js'))('smpp');
const say = (line) => process.stdout.write(`${line}\n`);
const fail = (error) => { say(`failed ${String(error?.message ?? error).split('\n')[0]}`); process.exit(1); };
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

let session = null, status = 0, next = 1;
const parts = new Map(); // id -> where it came from and goes to

const part = (pdu) => {
  const { udh, message } = pdu.short_message;
  const one = (udh ?? []).find((element) => element[0] === 0); // concatenated, 8-bit reference
  return { where: one ? `${one[4]}/${one[3]}` : '1/1', text: String(message) };
};

const server = smpp.createServer({}, (bound) => {
  bound.on('error', () => {}); // a gateway that is killed
  for (const kind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver'])
    bound.on(kind, (pdu) => {
      bound.send(pdu.response({ system_id: 'operator' }));
      session = bound;
      say(`bound ${pdu.system_id}`);
    });
  bound.on('enquire_link', (pdu) => bound.send(pdu.response()));
  bound.on('unbind', (pdu) => bound.send(pdu.response()));
  bound.on('submit_sm', (pdu) => {
    const id = `id-${next++}`, { where, text } = part(pdu);
    parts.set(id, { from: pdu.source_addr, to: pdu.destination_addr });
    bound.send(pdu.response(status === 0 ? { message_id: id } : { command_status: status }));
    say(`part ${id} ${pdu.destination_addr} ${where} ${status} ${text.replace(/\s+/g, ' ')}`);
  });
});

const deliver = (fields) => new Promise((done) => {
  session.deliver_sm({ source_addr_ton: 1, source_addr_npi: 1, ...fields }, (pdu) => done(pdu.command_status));
});

const receipt = async (id, state) => {
  const { from, to } = parts.get(id);
  const time = '2611250800';
  const text = `id:${id} sub:001 dlvrd:001 submit date:${time} done date:${time} stat:${state} err:000 text:`;
  say(`receipted ${await deliver({ source_addr: to, destination_addr: from, esm_class: 4, short_message: text })}`);
};

// GSM 03.38 where it can hold it, else UCS-2; long ones cut with a user data header.
const text = async (from, to, words) => {
  const plain = /^[\x20-\x5a\x61-\x7a\n\r]*$/.test(words);
  const whole = plain ? 160 : 70, room = plain ? 153 : 67;
  const cut = words.length <= whole ? [words] : words.match(new RegExp(`.{1,${room}}`, 'gsu'));
  const ref = next++ & 255;
  let taken = 0;
  for (const [i, message] of cut.entries()) {
    const short_message = cut.length === 1 ? { message }
      : { udh: Buffer.from([5, 0, 3, ref, cut.length, i + 1]), message };
    taken += await deliver({
      source_addr: from, destination_addr: to, data_coding: plain ? 0 : 8, short_message,
      esm_class: cut.length === 1 ? 0 : 0x40,
    }) === 0;
  }
  say(`texted ${taken}`);
};

server.listen(0, '127.0.0.1', () => say(`listening ${server.address().port}`));
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...words] = line.split(' ');
  if (verb === 'status') { status = Number(words[0]); say(`status ${status}`); }
  else if (verb === 'receipt') await receipt(words[0], words[1]);
  else if (verb === 'text') await text(words[0], words[1], words.slice(2).join(' '));
  else if (verb === 'quit') break;
  else fail(`no such line: ${line}`);
}
process.exit(0);
