// The desk: function keys, a scanner whose every key is kept, a sound for what came of a scan.
let sound = null;

function beep(kind) {
  const Audio = window.AudioContext;
  if (!Audio) return;
  sound ??= new Audio();
  const tone = sound.createOscillator();
  tone.frequency.value = kind === 'duoc' ? 1760 : 330;
  tone.connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + (kind === 'duoc' ? 0.08 : 0.6));
}

function said(root) {
  const at = root.querySelector('[data-tieng]');
  if (at) beep(at.dataset.tieng);
}

// Arrows lead from the field to what may be marked, and on; what is typed or scanned goes to the field.
function marks(event) {
  const boxes = [...document.querySelectorAll('#quet .dau-bi')], at = boxes.indexOf(document.activeElement);
  const field = document.getElementById('ma');
  if (boxes.length === 0 || (at < 0 && document.activeElement !== field)) return;
  if (event.key === 'ArrowDown') boxes[Math.min(at + 1, boxes.length - 1)].focus();
  else if (event.key === 'ArrowUp') (at > 0 ? boxes[at - 1] : field).focus();
  else if (at >= 0 && event.key.length === 1 && event.key !== ' ' && !event.ctrlKey) field.focus();
  else return;
  if (event.key.startsWith('Arrow')) event.preventDefault();
}

document.addEventListener('keydown', (event) => {
  marks(event);
  if (event.key === 'Escape') document.getElementById('ma')?.focus();
  const at = document.querySelector(`[data-phim="${event.key}"]`);
  if (!at) return;
  event.preventDefault();
  if (at.matches('textarea, input')) at.focus();
  else at.click();
});

// A scanner is quicker than a page: scans wait their turn, and the field is free at once.
const waiting = [];
let busy = false;

function focus() {
  const form = document.getElementById('quet');
  (form?.querySelector('[autofocus]') ?? form?.querySelector('input:not([type=hidden])')
    ?? document.querySelector('main [autofocus]'))?.focus();
}

async function next() {
  if (busy || waiting.length === 0) return;
  busy = true;
  const form = document.getElementById('quet'), fields = new URLSearchParams(new FormData(form));
  fields.set('ma', waiting.shift());
  fields.set('viec', 'them');
  const answer = await fetch(form.action, { method: 'POST', body: fields }).catch(() => null);
  busy = false;
  if (!answer) {
    const at = document.getElementById('ket');
    at.textContent = document.documentElement.lang === 'en'
      ? 'The server cannot be reached, this item is not recorded. Scan it again.'
      : 'Chưa tới được máy chủ, bì này chưa ghi. Quét lại.';
    at.className = 'loi';
    beep('sai');
    return;
  }
  if (answer.redirected) {
    location.assign(answer.url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const typed = document.getElementById('ma')?.value ?? '';
  document.querySelector('main').replaceWith(page.querySelector('main'));
  listen();
  const field = document.getElementById('ma');
  if (field) field.value = typed;
  focus();
  said(document);
  if (field) next();
}

// A mark stands for one envelope, or for as many as it says.
function marked(counts) {
  return [...document.querySelectorAll('.dau-bi:checked')]
    .reduce((sum, box) => sum + Number(box.dataset.n ?? 1), Number(counts.dataset.them ?? 0));
}

function listen() {
  document.getElementById('quet')?.addEventListener('submit', (event) => {
    const field = document.getElementById('ma');
    if (!field || (event.submitter?.value === 'chot' && field.value === '')) return;
    event.preventDefault();
    if (field.value.trim() !== '') waiting.push(field.value.trim());
    field.value = '';
    next();
  });
  for (const at of document.querySelectorAll('[data-in]'))
    at.onclick = () => window.print(); // listened to again, it prints once all the same
  const counts = document.querySelector('[data-dem]');
  for (const box of document.querySelectorAll('.dau-bi'))
    box.addEventListener('change', () => {
      if (counts) counts.textContent = counts.dataset.dem.replace('%n', marked(counts));
    });
}

// Printers are followed: what they do changes by itself; what somebody marked or types stays. A sheet
// a second leaves many a printer: one look at a time, and then a pause.
let looking = false, lookAgain = false;
async function follow() {
  lookAgain = true;
  if (looking) return;
  looking = true;
  while (lookAgain) {
    lookAgain = false;
    await printers().catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  looking = false;
}

async function printers() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const unmarked = new Set([...document.querySelectorAll('.dau-bi:not(:checked)')].map((box) => box.name));
  for (const id of ['lenh', 'cho']) {
    const old = document.getElementById(id), fresh = page.getElementById(id);
    if (!old || !fresh || old.contains(document.activeElement) || old.innerHTML === fresh.innerHTML) continue;
    for (const choice of fresh.querySelectorAll('select'))
      choice.value = document.getElementById(choice.id)?.value ?? choice.value;
    for (const box of fresh.querySelectorAll('.dau-bi')) box.checked = !unmarked.has(box.name);
    old.replaceWith(fresh);
    fresh.querySelector('[autofocus]')?.focus();
  }
  listen();
}

let known = document.querySelector('[data-song]')?.dataset.song;
function hear(news) {
  known = news.lastEventId || known;
  follow();
}
if (known !== undefined)
  attend(() => '/quay/song?den=' + known, { in: hear, lai: hear }, (status) => status === 204);

listen();
focus();
said(document);
