// The desk: rows change by themselves. What is not on this page is only counted.
const said = document.getElementById('noi');
const unseen = new Set(), english = document.documentElement.lang === 'en';
let known = said.dataset.den; // the number of what this page knows

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

// What was told since `known` is told again; if that is too much, the page is read anew. Without a login
// the login is next.
attend(() => '/quay/song?den=' + known, {
  lai: () => location.reload(),
  dong: (news) => {
    known = news.lastEventId || known;
    change(news);
  },
  dem: (news) => { document.getElementById('dem').innerHTML = news.data; },
}, (status) => {
  if (status === 204) location.assign('/quay/dang-nhap');
  return status === 204;
});
