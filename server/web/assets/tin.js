// A citizen's page: hears of changes, says them to a screen reader, keeps "2 minutes ago" true.
// The page is right without this file.
const box = document.getElementById('tin'), said = document.getElementById('noi');
const english = document.documentElement.lang === 'en';
let version = box.dataset.ban, wait = 1000;

// What the page was shown by has run out (it was open half a day).
function old() {
  const again = document.createElement('a');
  again.href = location.pathname + (english ? '?en' : '');
  again.textContent = english ? 'This page is old, load again' : 'Trang đã cũ, tải lại';
  said.className = 'loi';
  said.replaceChildren(again);
}

// A refused answer (a proxy says 502 while the server starts) ends an EventSource for good.
async function refused(at) {
  const stop = new AbortController();
  const status = await fetch(at, { signal: stop.signal }).then((a) => a.status, () => 0);
  stop.abort();
  if (status === 204 || status === 404) return old();
  setTimeout(listen, wait);
  wait = Math.min(wait * 2, 30000);
}

// Only a page that is seen listens: a browser has six connections to a server, for all its tabs.
let stream = null;

function listen() {
  stream?.close();
  stream = null;
  if (document.hidden) return;
  const at = box.dataset.song;
  const own = stream = new EventSource(at + (at.includes('?') ? '&' : '?') + 'ban=' + version);
  stream.addEventListener('open', () => { wait = 1000; });
  stream.addEventListener('tin', (news) => {
    version = news.lastEventId;
    const open = box.querySelector('details')?.open;
    box.innerHTML = news.data;
    if (open && box.querySelector('details')) box.querySelector('details').open = true;
    const head = box.querySelector('h1').lastChild.textContent, more = box.querySelector('.cau');
    said.textContent = head + '. ' + (more ? more.textContent : '');
  });
  stream.addEventListener('error', () => {
    if (own === stream && own.readyState === EventSource.CLOSED) refused(at);
  });
}

document.addEventListener('visibilitychange', listen);
setInterval(() => {
  const time = box.querySelector('time');
  if (!time) return;
  const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
  if (minutes < 1) time.textContent = english ? 'just now' : 'vừa xong';
  else if (minutes < 60) time.textContent = minutes + (english ? ' min ago' : ' phút trước');
  else time.textContent = Math.floor(minutes / 60) + (english ? ' h ago' : ' giờ trước');
}, 20000);

listen();
