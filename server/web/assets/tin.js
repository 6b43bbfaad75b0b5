// A citizen's page: hears of changes, says them to a screen reader, keeps "2 minutes ago" true.
// The page is right without this file.
const box = document.getElementById('tin'), said = document.getElementById('noi');
const english = document.documentElement.lang === 'en';
let version = box.dataset.ban;

// What the page was shown by has run out (it was open half a day).
function old() {
  const again = document.createElement('a');
  again.href = location.pathname + (english ? '?en' : '');
  again.textContent = english ? 'This page is old, load again' : 'Trang đã cũ, tải lại';
  said.className = 'loi';
  said.replaceChildren(again);
}

function hear(news) {
  version = news.lastEventId;
  const open = box.querySelector('details')?.open;
  box.innerHTML = news.data;
  if (open && box.querySelector('details')) box.querySelector('details').open = true;
  const head = box.querySelector('h1').lastChild.textContent, more = box.querySelector('.cau');
  said.textContent = head + '. ' + (more ? more.textContent : '');
}

setInterval(() => {
  const time = box.querySelector('time');
  if (!time) return;
  const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
  if (minutes < 1) time.textContent = english ? 'just now' : 'vừa xong';
  else if (minutes < 60) time.textContent = minutes + (english ? ' min ago' : ' phút trước');
  else time.textContent = Math.floor(minutes / 60) + (english ? ' h ago' : ' giờ trước');
}, 20000);

const at = box.dataset.song + (box.dataset.song.includes('?') ? '&' : '?') + 'ban=';
attend(() => at + version, { tin: hear }, (status) => {
  const is = status === 204 || status === 404;
  if (is) old();
  return is;
});
