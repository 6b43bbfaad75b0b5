// The desk: rows change by themselves. What is not on this page is only counted.
const said = document.getElementById('noi');
const unseen = new Set(), english = document.documentElement.lang === 'en';
let wait = 1000, known = said.dataset.den; // the number of what this page knows

function change(news) {
  const cut = news.data.indexOf(' '), row = document.getElementById(news.data.slice(0, cut));
  if (!row) {
    unseen.add(news.data.slice(0, cut));
    said.hidden = false;
    said.textContent = unseen.size + (english ? ' items that are not on this page changed. ' : ' bì ngoài trang này vừa đổi. ');
    const again = document.createElement('a');
    again.href = location.href;
    again.textContent = english ? 'Load again' : 'Tải lại';
    said.append(again);
    return;
  }
  const cells = document.createElement('template');
  cells.innerHTML = news.data.slice(cut + 1);
  row.lastElementChild.remove();
  row.lastElementChild.remove();
  row.append(cells.content);
}

// A refused answer ends an EventSource for good: without a login the login is next.
async function refused(again) {
  const stop = new AbortController();
  const status = await fetch('/quay/song', { signal: stop.signal }).then((a) => a.status, () => 0);
  stop.abort();
  if (status === 204) location.assign('/quay/dang-nhap');
  else setTimeout(again, wait);
  wait = Math.min(wait * 2, 30000);
}

// What was told since `known` is told again; if that is too much, the page is read anew. Only a page
// that is seen listens: a browser has six connections to a server, for all its tabs.
let stream = null;

function listen() {
  stream?.close();
  stream = null;
  if (document.hidden) return;
  const own = stream = new EventSource('/quay/song?den=' + known);
  stream.addEventListener('open', () => { wait = 1000; });
  stream.addEventListener('lai', () => location.reload());
  stream.addEventListener('dong', (news) => {
    known = news.lastEventId || known;
    change(news);
  });
  stream.addEventListener('dem', (news) => { document.getElementById('dem').innerHTML = news.data; });
  stream.addEventListener('error', () => {
    if (own === stream && own.readyState === EventSource.CLOSED) refused(listen);
  });
}

document.addEventListener('visibilitychange', listen);
listen();
